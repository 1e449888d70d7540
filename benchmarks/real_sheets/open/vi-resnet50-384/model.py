"""ResNet-50 with a head for eight classes."""

from torch import nn
from torchvision.models import resnet50


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        net = resnet50(weights=None)
        for name, module in net.named_children():
            self.add_module(name, module)
        self.fc = nn.Sequential(nn.Dropout(0.3), nn.Linear(2048, 8))

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(self.avgpool(x).flatten(1))

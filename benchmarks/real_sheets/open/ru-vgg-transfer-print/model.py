from torch import nn
from torchvision.models import vgg16


class Halls(nn.Module):
    def __init__(self):
        super().__init__()
        self.vgg16 = vgg16(weights=None).features
        self.flatten = nn.Flatten()
        self.dense = nn.Linear(25088, 1024)
        self.dropout = nn.Dropout()
        self.dense_1 = nn.Linear(1024, 512)
        self.dropout_1 = nn.Dropout()
        self.dense_2 = nn.Linear(512, 2)

    def forward(self, x):
        x = self.dropout(self.dense(self.flatten(self.vgg16(x))).relu())
        return self.dense_2(self.dropout_1(self.dense_1(x).relu()))

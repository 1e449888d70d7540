from torch import nn


class ConvAe(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3, padding=1)
        self.pool1 = nn.MaxPool2d(2)
        self.conv2 = nn.Conv2d(16, 32, 3, padding=1)
        self.pool2 = nn.MaxPool2d(2)
        self.conv3 = nn.Conv2d(32, 64, 3, padding=1)
        self.pool3 = nn.MaxPool2d(2)
        self.conv4 = nn.Conv2d(64, 30, 3, padding=1)
        self.gap = nn.AdaptiveAvgPool2d(1)
        self.dense = nn.Linear(30, 3 * 3 * 16)
        self.convt1 = nn.ConvTranspose2d(16, 32, 3, stride=2)
        self.convt2 = nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1)
        self.convt3 = nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1, output_padding=1)

    def forward(self, x):
        x = self.pool1(self.conv1(x).relu())
        x = self.pool2(self.conv2(x).relu())
        x = self.pool3(self.conv3(x).relu())
        x = self.gap(self.conv4(x).relu()).flatten(1)
        x = self.dense(x).reshape(-1, 16, 3, 3)
        x = self.convt2(self.convt1(x).relu()).relu()
        return self.convt3(x)

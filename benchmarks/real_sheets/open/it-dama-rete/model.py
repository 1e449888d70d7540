"""A network that values positions of Italian draughts: four convolutions and two heads."""

import torch
from torch import nn


class Draughts(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(12, 64, 3, padding=1)
        self.bn1 = nn.BatchNorm2d(64)
        self.conv2 = nn.Conv2d(64, 64, 3, padding=1)
        self.bn2 = nn.BatchNorm2d(64)
        self.conv3 = nn.Conv2d(64, 64, 3, padding=1)
        self.bn3 = nn.BatchNorm2d(64)
        self.conv4 = nn.Conv2d(64, 64, 3, padding=1)
        self.bn4 = nn.BatchNorm2d(64)
        self.flatten = nn.Flatten()
        self.policy_fc = nn.Linear(4097, 256)
        self.value_fc1 = nn.Linear(4097, 64)
        self.value_fc2 = nn.Linear(64, 1)

    def forward(self, board, player):
        x = torch.relu(self.bn1(self.conv1(board)))
        x = torch.relu(self.bn2(self.conv2(x)))
        x = torch.relu(self.bn3(self.conv3(x)))
        x = torch.relu(self.bn4(self.conv4(x)))
        x = torch.cat([self.flatten(x), player], dim=1)
        value = torch.tanh(self.value_fc2(torch.relu(self.value_fc1(x))))
        return self.policy_fc(x), value

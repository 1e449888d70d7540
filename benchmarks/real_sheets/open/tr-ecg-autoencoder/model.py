"""An autoencoder of heart beats."""

from torch import nn


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc_conv1 = nn.Conv1d(1, 32, 7, 2, 3)
        self.bn1 = nn.BatchNorm1d(32)
        self.enc_conv2 = nn.Conv1d(32, 64, 5, 2, 2)
        self.bn2 = nn.BatchNorm1d(64)
        self.enc_conv3 = nn.Conv1d(64, 128, 5, 2, 2)
        self.bn3 = nn.BatchNorm1d(128)
        self.enc_conv4 = nn.Conv1d(128, 256, 3, 2, 1)
        self.bn4 = nn.BatchNorm1d(256)
        self.enc_conv5 = nn.Conv1d(256, 256, 3, 2, 1)
        self.bn5 = nn.BatchNorm1d(256)
        self.act = nn.LeakyReLU(0.2)
        self.enc_flatten = nn.Flatten()
        self.bottleneck = nn.Linear(32000, 64)
        self.dec_dense = nn.Linear(64, 32000)
        self.dec_reshape = nn.Unflatten(1, (256, 125))
        self.dec_conv1 = nn.ConvTranspose1d(256, 256, 3, 2, 1, 1)
        self.bn6 = nn.BatchNorm1d(256)
        self.dec_conv2 = nn.ConvTranspose1d(256, 128, 3, 2, 1, 1)
        self.bn7 = nn.BatchNorm1d(128)
        self.dec_conv3 = nn.ConvTranspose1d(128, 64, 5, 2, 2, 1)
        self.bn8 = nn.BatchNorm1d(64)
        self.dec_conv4 = nn.ConvTranspose1d(64, 32, 5, 2, 2, 1)
        self.bn9 = nn.BatchNorm1d(32)
        self.dec_output = nn.ConvTranspose1d(32, 1, 7, 2, 3, 1)

    def forward(self, x):
        x = self.act(self.bn1(self.enc_conv1(x)))
        x = self.act(self.bn2(self.enc_conv2(x)))
        x = self.act(self.bn3(self.enc_conv3(x)))
        x = self.act(self.bn4(self.enc_conv4(x)))
        x = self.act(self.bn5(self.enc_conv5(x)))
        x = self.bottleneck(self.enc_flatten(x))
        x = self.dec_reshape(self.dec_dense(x))
        x = self.act(self.bn6(self.dec_conv1(x)))
        x = self.act(self.bn7(self.dec_conv2(x)))
        x = self.act(self.bn8(self.dec_conv3(x)))
        x = self.act(self.bn9(self.dec_conv4(x)))
        return self.dec_output(x)

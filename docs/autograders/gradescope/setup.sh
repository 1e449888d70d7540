#!/usr/bin/env bash
# Run once, when the image is built.
set -e
apt-get update && apt-get install -y python3-venv
python3 -m venv /opt/archstat
/opt/archstat/bin/pip install 'archstat[pdf]'
ln -sf /opt/archstat/bin/archstat /usr/local/bin/archstat

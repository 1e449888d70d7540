"""Models of transformers, from a configuration in a folder."""

from __future__ import annotations

import json

import pytest

import archstat
from archstat.errors import UsageError

BERT = {
    "architectures": ["BertForSequenceClassification"],
    "model_type": "bert",
    "hidden_size": 8,
    "intermediate_size": 16,
    "num_attention_heads": 2,
    "num_hidden_layers": 1,
    "vocab_size": 50,
    "max_position_embeddings": 32,
}


@pytest.fixture
def bert(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bert").mkdir()
    (tmp_path / "bert" / "config.json").write_text(json.dumps(BERT), encoding="utf-8")


@pytest.mark.usefixtures("bert")
def test_a_configuration_is_a_model():
    pytest.importorskip("transformers")
    report = archstat.analyze("hf/bert")
    assert (report.input, report.traced_on) == ((32,), "meta")
    # embeddings 50·8 + 32·8 + 2·8 + 16; attention 4·(64 + 8); norms 2·16; 8·16 + 16 and 16·8 + 8;
    # pooler 64 + 8; classifier 8·2 + 2
    assert report.totals.params == 688 + 288 + 32 + 144 + 136 + 72 + 18


@pytest.mark.usefixtures("bert")
def test_arguments_change_the_configuration():
    pytest.importorskip("transformers")
    report = archstat.analyze("hf/bert", arguments={"num_hidden_layers": 2})
    assert report.totals.params == 1378 + 600
    with pytest.raises(UsageError, match="the configuration of bert has no 'layers'"):
        archstat.analyze("hf/bert", arguments={"layers": 2})


@pytest.mark.usefixtures("bert")
def test_what_is_no_configuration_is_refused(tmp_path):
    pytest.importorskip("transformers")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=r"the folder 'empty' has no config\.json"):
        archstat.analyze("hf/empty")
    with pytest.raises(UsageError, match="no configuration of 'nobody/nothing' is in the cache"):
        archstat.analyze("hf/nobody/nothing")

"""Models of transformers, from a configuration in a folder."""

from __future__ import annotations

import json
import sys
import types

import pytest

import archstat
from archstat.errors import UsageError
from archstat.models.torch.loading.hugging_face import _class_of

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


@pytest.mark.usefixtures("bert")
def test_the_number_of_tokens_is_asked_for():
    pytest.importorskip("transformers")
    from tests.cli.running import invoke

    for tokens in (8, 16):
        words = ("table", "hf/bert", "--tokens", tokens, "-f", "json")
        layers = json.loads(invoke(*words).stdout)["layers"]
        assert next(each for each in layers if each["kind"] == "linear")["macs"] == tokens * 64
    refused = invoke("table", "hf/bert", "--image", "64")
    assert refused.stderr == "error: --image: hf/bert takes no image\n"


def test_text_and_image_are_read_side_by_side(tmp_path, monkeypatch):
    transformers = pytest.importorskip("transformers")
    monkeypatch.chdir(tmp_path)
    size = {
        "hidden_size": 8, "intermediate_size": 16, "num_attention_heads": 2,
        "num_hidden_layers": 1, "projection_dim": 4,
    }  # fmt: skip
    config = transformers.CLIPConfig(
        text_config={**size, "vocab_size": 50, "max_position_embeddings": 12, "eos_token_id": 2},
        vision_config={**size, "image_size": 32, "patch_size": 16},
        projection_dim=4,
    )
    config.architectures = ["CLIPModel"]
    config.save_pretrained("clip")
    report = archstat.analyze("hf/clip")
    assert (report.input, dict(report.more_inputs)) == ((12,), {"pixel_values": (3, 32, 32)})
    patches = next(row for row in report.layers if row.kind == "conv2d")
    assert patches.macs == 4 * 8 * 3 * 16 * 16  # 2 × 2 patches of 8 channels


def test_parts_of_a_pipeline_are_models(tmp_path, monkeypatch):
    diffusers = pytest.importorskip("diffusers")
    monkeypatch.chdir(tmp_path)
    diffusers.UNet2DConditionModel(
        block_out_channels=(32, 64),
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
        cross_attention_dim=16,
        sample_size=8,
    ).save_config("pipe/unet")
    report = archstat.analyze("hf/pipe/unet")
    assert report.input == (4, 8, 8)
    assert report.more_inputs["encoder_hidden_states"] == (77, 16)
    first = next(row for row in report.layers if row.name == "conv_in")
    assert first.macs == 64 * 32 * 4 * 9
    with pytest.raises(UsageError, match="holds several models\n  hint: name one: hf/pipe/unet"):
        archstat.analyze("hf/pipe")


def test_configurations_in_the_cache_are_listed(tmp_path, monkeypatch):
    from archstat.models.argument import library_names

    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(UsageError, match="no configuration is in the cache"):
        library_names("hf")
    for name in ("bert-base-uncased", "meta--llama"):
        folder = tmp_path / f"models--{name}" / "snapshots" / "abc"
        folder.mkdir(parents=True)
        (folder / "config.json").write_text("{}", encoding="utf-8")
    assert library_names("hf") == ["hf/bert-base-uncased", "hf/meta/llama"]


def test_a_configuration_without_a_base_model_is_of_the_class_that_was_made_for_it(monkeypatch):
    class PreTrainedModel:
        config_class = None

    names = {"config_class": None, "__module__": "lib.modeling_page"}
    config = type("PageConfig", (), {"__module__": "lib.configuration_page", "model_type": "page"})
    names["config_class"] = config
    abstract = type("PagePreTrainedModel", (PreTrainedModel,), names)
    made = type("PageForObjectDetection", (abstract,), {})
    modeling = types.ModuleType("lib.modeling_page")
    vars(modeling).update({each.__name__: each for each in (abstract, made)})
    monkeypatch.setitem(sys.modules, "lib.modeling_page", modeling)
    library = types.SimpleNamespace(MODEL_MAPPING={}, PreTrainedModel=PreTrainedModel)
    assert _class_of(library, config()) is made
    del modeling.PageForObjectDetection
    with pytest.raises(UsageError, match="transformers has no model for 'page' alone"):
        _class_of(library, config())

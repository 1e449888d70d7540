"""The Python interface: reports that print themselves, and errors for every wrong argument."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import archstat
from archstat.errors import ArchstatError

SPEC = """
input = [1, 4, 4]
layers = [ { name = "c", kind = "conv2d", out_channels = 2, kernel_size = 3 } ]
"""


def test_a_network_by_its_name():
    report = archstat.analyze("paper-alexnet", input=(3, 227, 227))
    assert report.totals.params == 60_965_224
    assert report.totals.macs == 724_406_816
    assert report.totals.neurons == 659_272
    assert report.layers[-1].receptive_field.size == (355, 355)
    assert report.traced_on is None
    assert (report.model, report.input, report.batch_size) == ("paper-alexnet", (3, 227, 227), 1)


def test_a_network_in_a_file(tmp_path):
    file = tmp_path / "net.toml"
    file.write_text(SPEC, encoding="utf-8")
    assert archstat.analyze(str(file)).totals.params == 20  # 2·3·3 weights and 2 biases


def test_every_question_of_the_command_line():
    report = archstat.analyze(
        "lenet5",
        input=[1, 36, 36],
        batch_size=2,
        classes=3,
        settings={"C1": {"bias": False, "kernel_size": [5, 5]}},
    )
    assert report.input == (1, 36, 36)
    assert report.batch_size == 2
    assert report.layers[-1].out_shape == (3,)
    assert report.layers[0].biases == 0
    assert report.layers[0].macs == 307_200  # 2 · 6·5·5 · 32·32


@pytest.mark.parametrize(("device", "traced_on"), [(None, None), ("none", None), ("meta", "meta")])
def test_a_device_confirms_the_numbers(device, traced_on):
    if device == "meta":
        pytest.importorskip("torch")
    assert archstat.analyze("lenet5", device=device).traced_on == traced_on


def test_a_torch_device_is_a_device():
    torch = pytest.importorskip("torch")
    assert archstat.analyze("lenet5", device=torch.device("cpu")).traced_on == "cpu"


def test_a_report_prints_as_the_table():
    report = archstat.analyze("lenet5")
    assert str(report).splitlines()[0].startswith("lenet5: LeNet-5")
    assert "61,706 params = 61,470 weights + 236 biases" in str(report)
    assert not str(report).endswith("\n")


def test_markdown_has_the_table():
    report = archstat.analyze("lenet5")
    assert "| C1 | conv | 6 @ 5×5×1 | 1 / 0 | 28×28×6 | 150 | 4,704 | 117,600 | 5 |" in (
        report.to_markdown()
    )


def test_a_report_in_every_format():
    report = archstat.analyze("lenet5")
    assert json.loads(report.to_json()) == report.to_dict()
    assert report.to_csv().splitlines()[1] == "C1,conv2d,6,5x5x1,1,1,0,28x28x6,150,4704,117600,5"
    assert report.to_dicts()[0]["name"] == "C1"
    assert len(report.to_dicts()) == 12


def test_columns_and_layout():
    report = archstat.analyze("lenet5")
    assert report.to_csv(columns=["layer", "out_shape"], layout="chw").splitlines()[:2] == [
        "layer,out_shape",
        "C1,6x28x28",
    ]
    assert (
        report.to_csv(columns=("+params",))
        .splitlines()[0]
        .endswith("weights,params,neurons,macs,receptive_field")
    )
    assert "| layer | MACs |" in report.to_markdown(columns=["layer", "macs"])
    assert report.to_csv(columns=[]) == report.to_csv()


def test_what_the_package_shows():
    assert archstat.__all__ == sorted(archstat.__all__)
    for name in archstat.__all__:
        assert getattr(archstat, name).__name__ == name
    assert isinstance(archstat.analyze("lenet5"), archstat.Report)


def test_errors_have_one_parent():
    children = {"DeviceError", "ShapeError", "SpecError", "TraceError", "UsageError"}
    assert children < set(archstat.__all__)
    for name in children:
        assert issubclass(getattr(archstat, name), archstat.ArchstatError)


def test_what_the_package_has_not():
    with pytest.raises(AttributeError, match=r"^module 'archstat' has no attribute 'nope'$"):
        archstat.nope  # noqa: B018  asking for it is the test


def refusal(*arguments, **keywords):
    """Return what the error says."""
    with pytest.raises(ArchstatError) as caught:
        archstat.analyze(*arguments, **keywords)
    return str(caught.value)


SIZES = "input: must be a list of 1 to 5 sizes, got"
WHOLE = "must be a whole number, got"
CHANGES = "settings must be changes by layer, got"
CONV2 = "paper-alexnet: layer 'conv2' (conv2d):"


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"input": 5}, f"{SIZES} 5"),
        ({"input": ()}, f"{SIZES} ()"),
        ({"input": {3}}, f"{SIZES} {{3}}"),
        ({"input": b"abc"}, f"{SIZES} b'abc'"),
        ({"input": (1, 2, 3, 4, 5, 6)}, f"{SIZES} (1, 2, 3, 4, 5, 6)"),
        ({"input": (3, -1, 2)}, "input: must be at least 1, got -1"),
        ({"input": (3, 2.0, 2)}, f"input: {WHOLE} 2.0"),
        ({"batch_size": 0}, "batch_size: must be at least 1, got 0"),
        ({"batch_size": "2"}, f"batch_size: {WHOLE} '2'"),
        ({"batch_size": True}, f"batch_size: {WHOLE} True"),
        ({"batch_size": None}, f"batch_size: {WHOLE} None"),
        ({"classes": 0}, "classes: must be at least 1, got 0"),
        ({"classes": 1.5}, f"classes: {WHOLE} 1.5"),
        ({"settings": {"conv2": 5}}, f"{CHANGES} {{'conv2': 5}}"),
        ({"settings": ["conv2"]}, f"{CHANGES} ['conv2']"),
        ({"settings": {"conv2": {1: 2}}}, f"{CHANGES} {{'conv2': {{1: 2}}}}"),
        ({"settings": {2: {"groups": 1}}}, f"{CHANGES} {{2: {{'groups': 1}}}}"),
        ({"settings": {"conv9": {"groups": 1}}}, "paper-alexnet: there is no layer 'conv9'"),
        (
            {"settings": {"conv2": {"groups": 5}}},
            f"{CONV2} 96 input channels cannot be split into 5 groups",
        ),
        ({"settings": {"conv2": {"groups": str}}}, f"{CONV2} groups: {WHOLE} <class 'str'>"),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_a_wrong_argument_is_an_error_with_a_sentence(keywords, message):
    assert refusal("paper-alexnet", **keywords).splitlines()[0] == message


def test_settings_of_another_form_get_an_example():
    assert refusal("paper-alexnet", settings={"conv2": 5}).splitlines()[1] == (
        '  hint: write settings={"conv2": {"groups": 1}}'
    )


@pytest.mark.parametrize("device", ["gpu", "", 5, "cpu:1", object()])
def test_a_wrong_device_is_an_error(device):
    pytest.importorskip("torch")
    assert "device" in refusal("lenet5", device=device)


@pytest.mark.parametrize("model", [None, 5, b"lenet5", ["lenet5"], object, {"a": 1}])
def test_what_is_no_model_is_an_error(model):
    assert refusal(model).startswith("a model is ")


@pytest.mark.parametrize("model", ["", ".", "lenet", "no/such.toml", "a\0b.toml", "a\0b"])
def test_a_model_that_is_not_there_is_an_error(model):
    text = refusal(model)
    assert text
    assert "\0" not in text


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"columns": ["nope"]}, "there is no column 'nope'\n"),
        ({"columns": "layer"}, "columns must be a list of keys, got 'layer'\n"),
        ({"columns": 5}, "columns must be a list of keys, got 5\n"),
        ({"columns": None}, "columns must be a list of keys, got None\n"),
        ({"columns": [5]}, "columns must be a list of keys, got [5]\n"),
        ({"layout": "whc"}, "layout must be 'hwc' or 'chw', got 'whc'"),
        ({"layout": []}, "layout must be 'hwc' or 'chw', got []"),
    ],
)
def test_a_wrong_view_is_an_error(keywords, message):
    report = archstat.analyze("lenet5")
    for render in (report.to_markdown, report.to_csv):
        with pytest.raises(archstat.UsageError) as caught:
            render(**keywords)
        assert str(caught.value).startswith(message)


def test_arguments_are_left_as_they_were():
    settings = {"conv2": {"groups": 1}}
    archstat.analyze("paper-alexnet", settings=settings, input=[3, 227, 227])
    assert settings == {"conv2": {"groups": 1}}


def test_a_report_cannot_be_changed():
    report = archstat.analyze("lenet5")
    with pytest.raises(AttributeError):
        report.model = "other"


def test_a_report_on_a_spec_can_be_pickled():
    import pickle

    report = archstat.analyze("lenet5")
    assert pickle.loads(pickle.dumps(report)) == report  # noqa: S301  our own


def test_no_file_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    archstat.analyze("lenet5").to_json()
    assert list(Path.cwd().iterdir()) == []

"""`archstat report`."""

from __future__ import annotations

import json

from tests.cli.running import invoke


def test_a_page_is_written_whole(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.argv", ["archstat", "report", "lenet5", "-o", "a page.html"])
    done = invoke("report", "lenet5", "-o", tmp_path / "page.html")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "")
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert text.startswith("<!DOCTYPE html>\n")
    assert text.endswith("</html>\n")
    assert "<code>archstat report lenet5 -o 'a page.html'</code>" in text
    assert ">416,520<" in text


def test_other_formats_have_the_same_numbers():
    done = invoke("report", "lenet5", "-f", "json")
    [model] = json.loads(done.stdout)["models"]
    assert (model["totals"]["macs"], model["training"]["forward_macs"]) == (416520, 416520)


def test_text_says_where_the_work_is():
    lines = invoke("report", "paper-alexnet").stdout.splitlines()
    at = lines.index("where the work and the memory of paper-alexnet are")
    assert lines[at + 4].split() == (  # 223,948,800 of 724,406,816; 307,456 of 60,965,224
        ["conv2", "223,948,800", "30.9", "%", "307,456", "0.5", "%", "729.0", "KiB"]
    )


def test_what_cannot_be_shown_is_said_in_a_sentence(tmp_path):
    three = invoke("report", "lenet5", "nin", "vgg16")
    assert three.exit_code == 2
    assert three.stderr == (
        "error: a page holds 2 networks, got 3\n  hint: archstat compare takes any number\n"
    )
    missing = invoke("report", "lenet5", "--bench", tmp_path / "run.json")
    assert missing.exit_code == 2
    assert missing.stderr.startswith("error: --bench: ")


def test_what_was_measured_is_in_every_format(tmp_path):
    from dataclasses import replace

    from archstat.bench.record import to_dict
    from tests.bench.records import MS, cpu, record, result

    file = tmp_path / "run.json"
    run = record(result(replace(cpu(1), model="lenet5"), 2 * MS, 2 * MS))
    file.write_text(json.dumps(to_dict(run)), encoding="utf-8")
    text = invoke("report", "lenet5", "--bench", file, "-f", "markdown").stdout
    assert "Some Processor" in text
    assert "batch" in text


def test_a_record_of_another_network_is_refused(tmp_path):
    from archstat.bench.record import to_dict
    from tests.bench.records import usual

    record = tmp_path / "run.json"
    record.write_text(json.dumps(to_dict(usual())), encoding="utf-8")
    done = invoke("report", "lenet5", "--bench", record)
    assert done.exit_code == 2
    assert "and not lenet5" in done.stderr
    assert "hint: write archstat bench lenet5 -o run.json" in done.stderr

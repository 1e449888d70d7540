"""The catalogue against published numbers, layer by layer.

`published.json` holds, for each network, where its geometry was published, its totals, and for each
layer: kind, output shape, weights, biases, neurons, MACs, and the receptive field's size, effective
stride and effective padding. The figures were worked out in plain integer arithmetic, apart from
this package, and agree with the tables of the sources below.

- Krizhevsky et al. (2012): 60 million parameters, 650,000 neurons; the layer sizes of section 3.5.
- Sze et al. (2017), "Efficient processing of deep neural networks", table II: 61 M weights and
  724 M MACs for AlexNet, 138 M and 15.5 G for VGG-16.
- Simonyan & Zisserman (2014), table 2: 138 million parameters for configuration D.
- Araujo, Norris & Sim (2019), Distill: receptive field 195, stride 32, padding 64 for AlexNet, and
  212, 32, 90 for VGG-16 at their last pooling.
- Caffe's prototxt files and torchvision's model page for their own variants.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import archstat
from archstat.models.spec.catalogue import catalogue
from archstat.models.spec.resolve import resolve

PUBLISHED = json.loads(Path(__file__).with_name("published.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_layer_has_its_published_numbers(name):
    report = archstat.analyze(name)
    flattens = any(layer[0] == "flatten" for layer in PUBLISHED[name]["layers"])
    rows = [row for row in report.layers if flattens or row.kind != "flatten"]
    ours = [
        [
            row.kind,
            list(row.out_shape),
            row.weights,
            row.biases,
            row.neurons,
            row.macs,
            *(
                axis[0]
                for axis in (
                    row.receptive_field.size,
                    row.receptive_field.effective_stride,
                    row.receptive_field.effective_padding,
                )
            ),
        ]
        for row in rows
        if row.kind != "tanh"  # the source of lenet5 lists no activations
    ]
    assert ours == PUBLISHED[name]["layers"]


@pytest.mark.parametrize("name", PUBLISHED)
def test_totals_are_the_published_ones(name):
    totals = archstat.analyze(name).totals
    expected = PUBLISHED[name]["totals"]
    assert {key: getattr(totals, key) for key in expected} == expected


@pytest.mark.parametrize("name", PUBLISHED)
def test_receptive_fields_are_as_high_as_wide(name):
    fields = [row.receptive_field for row in archstat.analyze(name).layers]
    assert all(field.size[0] == field.size[1] for field in fields)


@pytest.mark.parametrize(
    ("name", "params", "macs", "source"),
    [
        # every weight of the write-up's table, and torchstat's total in it
        ("cifar-bn-alexnet", 14_869_598, 227_711_744, "torchstat: 14,869,598"),
        # 23,296 + 307,392 + 663,936 + 884,992 + 590,080 as torchvision's, and 256 * 10 + 10
        ("cifar-alexnet", 2_472_266, 14_957_056, "bearpaw/pytorch-classification: 2.47 M"),
        # as ungrouped-alexnet: the order of pooling and norm changes no count
        ("notebook-alexnet", 62_378_344, 1_135_256_096, "as ungrouped-alexnet"),
        # 34,944 + 2*9,312 + 614,656 + 2*65,792 + 885,120 + 2*147,840 + 3,539,968 + 1,049,600
        # + 1,025,000
        ("nin", 7_595_176, 1_100_188_800, "Caffe's model zoo: 7.6 M parameters, 29 MB"),
        ("resnet18", 11_689_512, 1_814_073_344, "torchvision: 11,689,512; 1.814 G"),
        ("resnet50", 25_557_032, 4_089_184_256, "torchvision: 25,557,032; 4.089 G"),
        # Keras has 21,888 running means and variances more, which are not learned
        ("vgg11", 132_863_336, 7_609_090_048, "torchvision: 132,863,336; 7.609 G"),
        ("vgg19", 143_667_240, 19_632_062_464, "torchvision: 143,667,240; 19.632 G"),
        ("mobilenet-v1", 4_231_976, 568_740_352, "the paper: 4.2 M and 569 M; Keras: 4,231,976"),
        ("googlenet", 6_998_552, 1_582_671_872, "bvlc_googlenet: 6,998,552"),
        # each layer in plain integer arithmetic: 23 convolutions from 572 to 388 pixels
        ("unet", 31_030_658, 150_428_424_448, "worked out apart from the figure of the paper"),
        # 456 + 2,416 + 48,120 + 10,164 + 850; 352,800 + 240,000 + 48,000 + 10,080 + 840
        ("cifar-tutorial", 62_006, 651_720, "as counted in many course notes"),
    ],
)
def test_the_other_networks_have_the_totals_of_their_sources(name, params, macs, source):
    totals = archstat.analyze(name).totals
    assert (totals.params, totals.macs) == (params, macs), source


def test_every_network_of_the_catalogue_is_held_against_a_source():
    others = {
        *("cifar-bn-alexnet", "cifar-alexnet", "notebook-alexnet", "nin", "cifar-tutorial"),
        *("resnet18", "resnet50", "mobilenet-v1", "googlenet", "unet", "lenet5-1998"),
        *("vgg11", "vgg19"),
    }
    assert set(catalogue()) == set(PUBLISHED) | others


def test_every_network_says_what_it_is_and_where_it_comes_from():
    for name in catalogue():
        report = archstat.analyze(name)
        assert report.title, name
        assert report.source, name


@pytest.mark.parametrize(
    ("name", "layers"),
    [
        # 7; 11; a 3x3 convolution at stride 4: + 8, four times; at 4, 8, 8, 8: 99; and so on
        (
            "resnet18",
            {
                "maxpool": ((64, 56, 56), 11),
                "layer1.1.relu": ((64, 56, 56), 43),
                "layer2.1.relu": ((128, 28, 28), 99),
                "layer3.1.relu": ((256, 14, 14), 211),
                "layer4.1.relu": ((512, 7, 7), 435),
            },
        ),
        # 11 + 3*8 = 35; + 8 + 3*16 = 91; + 16 + 5*32 = 267; + 32 + 2*64 = 427
        (
            "resnet50",
            {
                "layer1.2.relu": ((256, 56, 56), 35),
                "layer2.3.relu": ((512, 28, 28), 91),
                "layer3.5.relu": ((1024, 14, 14), 267),
                "layer4.2.relu": ((2048, 7, 7), 427),
            },
        ),
        # 315 as in Araujo, Norris & Sim (2019)
        (
            "mobilenet-v1",
            {
                "block1.relu2": ((64, 112, 112), 7),
                "block6.relu2": ((512, 14, 14), 59),
                "block13.relu2": ((1024, 7, 7), 315),
            },
        ),
        # 27; 5x5 at stride 8: + 32, twice; + 16; 5 * 64; + 32; 2 * 128
        (
            "googlenet",
            {
                "pool1": ((64, 56, 56), 11),
                "pool2": ((192, 28, 28), 27),
                "inception_3a.concat": ((256, 28, 28), 59),
                "inception_3b.concat": ((480, 28, 28), 91),
                "pool3": ((480, 14, 14), 107),
                "inception_4e.concat": ((832, 14, 14), 427),
                "pool4": ((832, 7, 7), 459),
                "inception_5b.concat": ((1024, 7, 7), 715),
            },
        ),
        # sizes of figure 1; down: 5, 6, 14, 16, 32, 36, 68, 76, 140 as VGG's; on the way up a unit
        # of the end reads 5 units of the 28x28 map, which lie 16 apart: 140 + 4*16
        (
            "unet",
            {
                "down1.relu2": ((64, 568, 568), 5),
                "down4.relu2": ((512, 64, 64), 68),
                "bottom.relu2": ((1024, 28, 28), 140),
                "up4.concat": ((1024, 56, 56), 140),
                "up4.relu2": ((512, 52, 52), 172),
                "up1.concat": ((128, 392, 392), 204),
                "out": ((2, 388, 388), 204),
            },
        ),
        ("cifar-tutorial", {"conv2": ((16, 10, 10), 14), "pool2": ((16, 5, 5), 16)}),
    ],
)
def test_layers_of_branched_networks_have_the_shapes_of_their_papers(name, layers):
    rows = {row.name: row for row in archstat.analyze(name).layers}
    found = {
        layer: (rows[layer].out_shape, rows[layer].receptive_field.size[0]) for layer in layers
    }
    assert found == layers


def test_inception_modules_have_the_operations_of_the_papers_table():
    # arXiv:1409.4842, table 1, column "ops", in millions, 5a aside: its 54 M do not follow from the
    # table's own channels, 49 * (832*(256 + 160 + 32 + 128) + 9*160*320 + 25*32*128) = 51.1 M
    ops = {"3a": 128, "3b": 304, "4a": 73, "4b": 88, "4c": 100, "4d": 119, "4e": 170, "5b": 71}
    macs = dict.fromkeys(ops, 0)
    for row in archstat.analyze("googlenet").layers:
        module = row.name.partition(".")[0].removeprefix("inception_")
        if module in macs:
            macs[module] += row.macs
    assert {module: abs(count - ops[module] * 10**6) < 10**6 for module, count in macs.items()} == (
        dict.fromkeys(ops, True)
    )


def test_torchvision_alexnet_is_right_at_227_too():
    # torchinfo, which adds an operation for each bias, prints 717.27 M there (its issue #350)
    totals = archstat.analyze("torchvision-alexnet", input=(3, 227, 227)).totals
    assert (totals.params, totals.macs) == (61_100_840, 716_767_232)


def test_ungrouped_alexnet_takes_the_ten_classes_of_cifar_10():
    totals = archstat.analyze("ungrouped-alexnet", classes=10).totals
    assert totals.params == 62_378_344 - 4_097_000 + 40_970  # fc8: 4096*10 + 10


def test_network_in_network_takes_its_classes_from_the_last_convolution():
    totals = archstat.analyze("nin", classes=10).totals
    assert totals.params == 7_595_176 - 1_025_000 + 10_250  # cccp8: 1024*10 + 10


def test_fc6_of_the_2012_alexnet_sees_355_pixels():
    # 195 + 5 * 32: fc6 is a convolution of 6x6 over pool5, whose units see 195 and lie 32 apart
    sizes = [
        row.receptive_field.size[0]
        for row in archstat.analyze("paper-alexnet").layers
        if row.neurons or row.kind == "max_pool2d"
    ]
    assert sizes == [11, 19, 51, 67, 99, 131, 163, 195, 355, 355, 355]


@pytest.mark.parametrize(
    ("side", "size"),
    # pool5 has 1, 2, 3, 4, 5, 6, 7 and 11 units each way, which see 195 pixels and lie 32 apart;
    # fc6 sees all of them, whichever the adaptive pool between them takes together
    [(63, 195), (95, 227), (127, 259), (159, 291), (191, 323), (224, 355), (256, 387), (383, 515)],
)
def test_fc6_of_torchvision_alexnet_sees_all_that_pool5_sees(side, size):
    rows = archstat.analyze("torchvision-alexnet", input=(3, side, side)).layers
    fc6 = next(row for row in rows if row.kind == "linear")
    assert fc6.receptive_field.size == (size, size)


def test_homework_table_of_the_cifar_write_up():
    # the receptive fields of conv1, pool1, conv2, pool2, conv3, conv4, conv5, pool3 by hand:
    # 3; +1*1; +2*2; +1*2; +2*4; +2*4; +2*4; +2*4
    rows = archstat.analyze("cifar-bn-alexnet").layers
    sizes = [row.receptive_field.size[0] for row in rows if row.kernel_size]
    assert sizes == [3, 4, 8, 10, 18, 26, 34, 42]
    # and the neurons as the write-up counts them
    assert [row.neurons for row in rows if row.neurons] == [
        73_984, 69_312, 31_104, 20_736, 20_736, 2_048, 2_048, 10,
    ]  # fmt: skip


LENET_1998 = {  # trainable parameters, and connections where a mean has none of its own
    "C1": (156, 122_304),
    "S2": (12, None),
    "C3": (1_516, 151_600),
    "S4": (32, None),
    "C5": (48_120, 48_120),
    "F6": (10_164, 10_164),
}
"""Source: LeCun et al. (1998), section II.B. It counts S2's and S4's connections, 5,880 and 2,000,
with the four values of each mean."""


@pytest.mark.parametrize("layer", LENET_1998)
def test_lenet_has_the_parameters_and_connections_of_the_paper(layer):
    params, connections = LENET_1998[layer]
    rows = [
        row for row in archstat.analyze("lenet5-1998").layers if row.name.split(".")[0] == layer
    ]
    assert sum(row.params for row in rows) == params
    if connections is not None:
        assert sum(row.macs + row.neurons for row in rows) == connections


def test_lenet_of_the_paper_learns_60000_parameters():
    assert archstat.analyze("lenet5-1998").totals.params == 60_000


def test_every_map_of_lenets_c3_reads_what_table_1_says():
    maps = [
        *([0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5], [0, 4, 5], [0, 1, 5]),
        *([0, 1, 2, 3], [1, 2, 3, 4], [2, 3, 4, 5], [0, 3, 4, 5], [0, 1, 4, 5], [0, 1, 2, 5]),
        *([0, 1, 3, 4], [1, 2, 4, 5], [0, 2, 3, 5]),
    ]
    read = [
        channel
        for node in resolve("lenet5-1998").nodes
        if node.layer.kind == "select"
        for channel in node.layer.settings()["picks"]
    ]
    assert read == [channel for one in maps for channel in one]

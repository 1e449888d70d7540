"""A network as a list of nodes, each with the shapes that it was given and that it returns.

Invariants, checked while a graph is built: names are unique and none is `INPUT`; a node reads only
nodes before it or the input; every node has a shape; shapes hold no batch.
"""

from archstat.graph.builder import GraphBuilder
from archstat.graph.network import INPUT, ForwardError, Graph
from archstat.graph.node import BYTES_PER_NUMBER, Node, Training

__all__ = [
    "BYTES_PER_NUMBER",
    "INPUT",
    "ForwardError",
    "Graph",
    "GraphBuilder",
    "Node",
    "Training",
]

"""What asks a cluster of several hosts to train: its address, and the command by which one of them is cut off."""

import functools
import subprocess
import sys
import warnings
from urllib.parse import urlsplit

from clearprop.cluster import Cluster, Inline, connect
from clearprop.training import Callback
from clearprop.training.shards import ArrayShards
from tests.cluster.helpers import data, trainer


class CutOff(Callback):
    """In the second round, and not before that, by a command."""

    def __init__(self, command):
        self.command, self.round = command, 0

    def on_batch_end(self, training):
        self.round += 1
        if self.round == 2:
            subprocess.run(self.command, check=True)


def parameters(where, mode, callbacks=()):
    one = trainer(batch_size=30 if mode == "exact" else 5, callbacks=list(callbacks))
    one.fit(ArrayShards(*data(), count=5), cluster=Cluster(where, mode, steps=3))
    return one.network.parameters.tobytes()


say = functools.partial(print, flush=True)


def hosts(executor):
    return "workers on " + ", ".join(sorted(urlsplit(worker).hostname for worker in executor.client.nthreads()))


def main(address, *cut):
    warnings.simplefilter("error")
    with connect(address) as executor:
        executor.client.wait_for_workers(2, timeout=60)
        say(hosts(executor))
        assert parameters(executor, "exact") == parameters(Inline(), "exact")
        say("exact: the same bits")
        assert parameters(executor, "local", [CutOff(cut)]) == parameters(Inline(), "local")
        say("local: the same bits, though a host was cut off")
        say(hosts(executor))


if __name__ == "__main__":
    main(*sys.argv[1:])

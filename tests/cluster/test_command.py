"""`clearprop train --cluster`."""

from clearprop import load

from ..cli.conftest import flowers, refused, run, signals_as_before  # noqa: F401


def test_a_table_is_trained_by_a_cluster_as_by_one_machine(run, flowers, tmp_path, address):  # noqa: F811
    asked = ("train", flowers, "--target", "kind", "--members", "2", "--epochs", "3")
    for out, where in (("one.model", ()), ("other.model", ("--cluster", address))):
        status, _, errors = run(*asked, "--out", out, *where)
        assert status == 0, errors
    one, other = (load(tmp_path / name) for name in ("one.model", "other.model"))
    assert one.ensemble_.parameters.tobytes() == other.ensemble_.parameters.tobytes()


def test_what_is_no_cluster_is_refused_in_a_line(refused, flowers):  # noqa: F811
    line = refused("train", flowers, "--target", "kind", "--out", "x.model", "--cluster", "local:none")
    assert "cluster must be 'local:2' for two processes of this machine" in line

"""The deployment examples: YAML that says what it should, and nothing that opens a scheduler to the world."""

from pathlib import Path

import pytest

yaml = pytest.importorskip("yaml")
FOLDER = Path(__file__).parents[2] / "docs" / "deployment"
OFFICIAL = "ghcr.io/dask/dask"


def loaded(name):
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


def test_the_compose_file_has_a_scheduler_that_only_this_machine_reaches():
    file = loaded("compose.yaml")
    assert set(file) == {"services", "networks"}
    scheduler, worker = file["services"]["scheduler"], file["services"]["worker"]
    known = {"image", "command", "environment", "ports", "networks", "volumes", "depends_on", "deploy"}
    for service in (scheduler, worker):
        assert set(service) <= known
        assert service["image"].partition(":")[0] == OFFICIAL
        assert service["command"][0] == "dask"
        assert set(service["networks"]) <= set(file["networks"])
        assert "--no-dashboard" in service["command"]
    assert scheduler["ports"] == ["127.0.0.1:8786:8786"]
    assert "ports" not in worker
    assert worker["environment"]["OMP_NUM_THREADS"] == "1"
    assert scheduler["image"] == worker["image"]


def test_the_values_are_of_official_images_and_open_no_service():
    values = loaded("dask-values.yaml")
    assert set(values) == {"scheduler", "worker", "jupyter"}
    for part in (values["scheduler"], values["worker"]):
        assert part["image"]["repository"] == OFFICIAL
        assert all(set(entry) == {"name", "value"} for entry in part["env"])
    assert values["scheduler"]["image"] == values["worker"]["image"]
    assert values["scheduler"]["serviceType"] == "ClusterIP"
    assert values["jupyter"] == {"enabled": False}
    assert values["worker"]["threads_per_worker"] == 1
    assert values["worker"]["resources"]["limits"] == values["worker"]["resources"]["requests"]

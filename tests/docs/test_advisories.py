"""The list of known faults, and what it is compared with."""

import pytest
from advisories import Advisory, known, meets


@pytest.mark.parametrize(("version", "requirement", "expected"), [
    ("1.2.3", ">=1.2.3", True), ("1.2.2", ">= 1.2.3", False), ("1.10.0", ">=1.9", True), ("1.2.3", "<1.2.3", False), ("1.2.3-rc.1", "<1.2.3", True),
    ("1.0.0-rc.1", ">=1.0.0", False), ("1.0.0", ">=1.0.0-rc.1", True), ("1.0.0-rc.10", ">1.0.0-rc.9", True), ("0.4.5", ">=0.4.4, <0.5.0", True),
    ("0.5.0", ">=0.4.4, <0.5.0", False), ("0.5.1", "^0.5.0", True), ("0.6.0", "^0.5", False), ("1.9.0", "^1.2", True), ("2.0.0", "^1.2", False),
    ("1.9.0", "1.2", True), ("0.0.4", "^0.0.3", False), ("1.2.9", "~1.2.3", True), ("1.3.0", "~1.2.3", False), ("1.3.0", "~1", True),
    ("1.2.3", "=1.2.3", True), ("1.2.4", "=1.2.3", False), ("0.14.0+build.5", "<=0.14.0", True),
])
def test_versions_meet_requirements(version, requirement, expected):
    assert meets(version, requirement) is expected


def test_an_advisory_concerns_what_is_not_free_of_it():
    advisory = Advisory("RUSTSEC-0000-0000", "vulnerability", "thing", ["^0.3.9", ">=0.4.2", "<0.2"])
    assert [v for v in ("0.1.0", "0.2.0", "0.3.8", "0.3.9", "0.4.1", "0.4.2", "1.0.0") if advisory.concerns("thing", v)] == ["0.2.0", "0.3.8", "0.4.1"]
    assert not advisory.concerns("other", "0.2.0")


def test_the_list_finds_faults_that_are_known():
    """Of crates as they were."""
    date, advisories = known()
    assert date.year >= 2026 and len(advisories) > 1000
    for name, version, id_ in (("time", "0.1.43", "RUSTSEC-2020-0071"), ("openssl", "0.8.0", "RUSTSEC-2016-0001"), ("hyper", "0.9.3", "RUSTSEC-2016-0002")):
        assert id_ in {a.id for a in advisories if a.concerns(name, version)}

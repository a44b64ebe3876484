"""Every address does what its description says, whatever is sent: no 5xx, no answer that is not described."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from tests.api.process import NEVER
from tests.api.whole import Whole

CHECKS = [checks.status_code_conformance, checks.content_type_conformance, checks.response_schema_conformance]
#: What tells by 503 that others are not well answers as it should: hundreds of requests may make a loop late.
TELLING = ("/health", "/ready")
#: Requests to each address, without a key and with each.
SHORT, LONG = 1, 120
#: Seconds for thousands of requests beside whatever else the machine does.
PATIENCE = 1800


@pytest.mark.parametrize("most", [SHORT, pytest.param(LONG, marks=[pytest.mark.slow, pytest.mark.timeout(PATIENCE)])])
def test_answers_are_as_described_whatever_is_sent(whole: Whole, most: int):
    schema = schemathesis.openapi.from_url(f"{whole.url}/openapi.json")
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) >= 8
    for operation in operations:

        @given(operation.as_strategy())
        @settings(max_examples=most, derandomize=True, suppress_health_check=list(HealthCheck))
        def answered(case: Case) -> None:
            expected = CHECKS if case.operation.path in TELLING else [not_a_server_error, *CHECKS]
            case.call_and_validate(checks=expected, timeout=NEVER)
            for key in whole.keys.values():
                case.call_and_validate(checks=expected, timeout=NEVER, headers={"Authorization": f"Bearer {key}"})

        answered()

"""The files whose tests take longest, the longest first: they begin first, so that no worker ends alone."""

LONGEST = (
    "tests/sectorlight/test_up.py",
    "tests/analysis/test_calls.py",
    "tests/analysis/test_vendor_faults.py",
    "tests/analysis/test_scenarios.py",
    "tests/analysis/test_simulated_run.py",
    "tests/journeys/test_accessibility.py",
    "tests/universe/test_recorded.py",
    "tests/universe/sources/mcp/test_troubles.py",
    "tests/universe/simulator/test_price_commands.py",
    "tests/universe/simulator/test_control.py",
    "tests/journeys/test_pages.py",
    "tests/sectorlight/test_manage.py",
    "tests/universe/simulator/test_official_client.py",
    "tests/analysis/test_recomputation.py",
    "tests/analysis/evaluation/test_recorded.py",
    "tests/universe/simulator/test_plans.py",
    "tests/universe/test_simulated_market.py",
)

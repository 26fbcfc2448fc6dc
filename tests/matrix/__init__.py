"""The kill matrix: what turns red on every fault and on every right implementation, and what Schemathesis says.

python -m tests.matrix                    measure everything; takes two hours
python -m tests.matrix suite [NAME …]     the suite on these faults, or on all
python -m tests.matrix right              the suite on the right implementations
python -m tests.matrix alone [NAME …]     Schemathesis on these faults, or on all that it can be shown
python -m tests.matrix page               only write the page again

Of the full profile the first fault of each requirement is given a whole run, and the others one of their
requirement alone; with ALL_FAULTS=1 in the environment all are given whole ones. The figures go to
docs/kill-matrix.json as they come, and from there to docs/kill-matrix.md. Under which FastAPIs the guide's
app was right is taken from what their tox environments left behind.
"""

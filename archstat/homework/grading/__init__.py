"""Marking a whole class: submissions in any mixture of formats, one row each, whatever arrives.

`source` lists what is in a folder or an archive, `submissions` says whose it is, `grader` marks one
of them in a guarded `worker`, of which `pool` keeps some busy; `ledger` keeps what is done, and
`report` says what the class got wrong.
"""

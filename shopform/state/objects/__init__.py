"""The state in an object store that many machines share.

    KEY                             the state, the same bytes as the local file
    KEY.lock                        who holds the lock, and in which epoch; never deleted
    KEY.journal/EPOCH-NUMBER        a segment of the journal; only ever created

Every write is conditional: an object is created where there is none, or replaced where it is
still what was read. Time is only ever measured on a machine's own clock.
"""

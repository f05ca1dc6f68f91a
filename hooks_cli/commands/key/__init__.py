"""The key that opens the store: where it is, a copy on paper, a passphrase, a new one.

Two things are called "changing the key", and they are not the same:

* `key passphrase change` changes what unlocks the data key. It is instant, and rewrites no page of the store. Who has an old copy of the
  slot file and the old passphrase can still unlock the same data key.
* `key rotate` makes a new data key and rewrites every page of the store. Old copies of the store stay readable with the old key only;
  the new store with the new key only. It takes time in proportion to the store.
"""

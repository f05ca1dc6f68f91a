"""Turns text into vectors with a static embedding model from an installed package; nothing is downloaded.

The model is WordLlama's `l2_supercat`, 256 dimensions, MIT licence (the extra `hooks-cli[semantic]`; docs/dependencies.md compares it).
A text's vector is the mean of its tokens' vectors, of length 1: no neural network runs, a text takes some 50 microseconds. The
package itself is not imported (that would load pydantic and requests); its two files are read from where it is installed.
"""

from __future__ import annotations

import os
from importlib.util import find_spec

from hooks_cli.errors import ExtraMissing, Unavailable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Stored with every vector: another model's, or ones made in another way, are not compared with these but computed again.
MODEL = "wordllama-l2_supercat-256/1"
DIMENSIONS = 256
_WEIGHTS = "weights/l2_supercat_256.safetensors"
_TOKENIZER = "tokenizers/l2_supercat_tokenizer_config.json"
FEATURE = "Searching by meaning (--semantic)"


class Embedder:
    """The model in memory. Make it with `load`."""

    def __init__(self, weights: Any, tokenizer: Any) -> None:
        self._weights = weights
        self._tokenizer = tokenizer

    def embed(self, texts: list[str]) -> Any:
        """A float32 array of shape (len(texts), 256), each row of length 1; a text without a known token has zeros."""
        import numpy  # type: ignore[import-not-found,unused-ignore]

        vectors = numpy.zeros((len(texts), DIMENSIONS), dtype=numpy.float32)
        for row, encoding in enumerate(self._tokenizer.encode_batch_fast(texts, add_special_tokens=False)):
            if encoding.ids:
                self._weights.take(encoding.ids, axis=0).sum(axis=0, out=vectors[row])
        lengths = numpy.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors / numpy.where(lengths == 0, 1.0, lengths)

    def pack(self, vectors: Any) -> list[bytes]:
        """Vectors as they are stored: one signed byte a dimension."""
        import numpy

        scaled = numpy.clip(numpy.rint(vectors * SCALE), -127, 127).astype(numpy.int8)
        return [row.tobytes() for row in scaled]

    def similarity(self, packed: bytes, query: Any) -> Any:
        """The cosine of each of the stored vectors (one after another) to the query's vector."""
        import numpy

        stored = numpy.frombuffer(packed, dtype=numpy.int8).reshape(-1, DIMENSIONS)
        found = numpy.empty(len(stored), dtype=numpy.float32)
        for start in range(0, len(stored), 8192):
            block = stored[start : start + 8192].astype(numpy.float32)
            lengths = numpy.linalg.norm(block, axis=1)
            found[start : start + 8192] = (block @ query) / numpy.where(lengths == 0, 1.0, lengths)
        return found


# A component of a vector of length 1 in 256 dimensions is rarely above 0.25; one that is gets clipped.
SCALE = 127 / 0.3

# The model, once it is loaded.
_loaded: list[Embedder] = []


def load() -> Embedder:
    """The embedding model. Raises ExtraMissing (69) without the extra, Unavailable (69) when its package has other files."""
    if _loaded:
        return _loaded[0]
    try:
        from safetensors.numpy import load_file  # type: ignore[import-not-found,unused-ignore]
        from tokenizers import Tokenizer  # type: ignore[import-not-found,unused-ignore]

        found = find_spec("wordllama")
    except ImportError:
        found = None
    if found is None or not found.submodule_search_locations:
        raise ExtraMissing(feature=FEATURE, extra="semantic")
    folder = next(iter(found.submodule_search_locations))
    weights, tokenizer = os.path.join(folder, _WEIGHTS), os.path.join(folder, _TOKENIZER)
    if not (os.path.exists(weights) and os.path.exists(tokenizer)):
        raise Unavailable(
            f"The installed wordllama has no {_WEIGHTS} or no {_TOKENIZER}.",
            hint="Install the version that hooks-cli[semantic] asks for: pip install 'hooks-cli[semantic]'",
        )
    loaded = Tokenizer.from_file(tokenizer)
    loaded.no_truncation()
    loaded.no_padding()
    _loaded.append(Embedder(load_file(weights)["embedding.weight"].astype("float32"), loaded))
    return _loaded[0]

"""One call: signed, carried, judged, tried again where that is safe."""

package pickle_test

import "bakedin/internal/format/pickle"

var limits = pickle.Limits{Bytes: 512 << 20, Ops: 50_000_000, Memory: 24 << 20, Streams: 64, Keep: 8}

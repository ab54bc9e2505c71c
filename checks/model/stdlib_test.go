package model_test

import (
	"os/exec"
	"testing"
)

// standardValues are what people keep beside models, of the standard library alone: each is pickled by every protocol.
const standardValues = `
import pickle, sys, os, http, re, zoneinfo, datetime, typing, itertools, io, urllib.parse, time, types, statistics, inspect
import collections, decimal, fractions, uuid, enum, pathlib, array, ipaddress, functools, logging
values = dict(
    nothing=type(None), ellipsis=Ellipsis, no=NotImplemented, status=http.HTTPStatus.OK, flag=re.IGNORECASE, pattern=re.compile("a"),
    zone=datetime.datetime(2024, 1, 1, tzinfo=zoneinfo.ZoneInfo("UTC")), utc=datetime.datetime.now(datetime.timezone.utc),
    generic=typing.List[int], alias=list[int], optional=typing.Optional[int], text=io.StringIO("a"), data=io.BytesIO(b"a"),
    url=urllib.parse.urlparse("http://a/b"), now=time.gmtime(0), space=types.SimpleNamespace(a=1), normal=statistics.NormalDist(0, 1),
    kind=inspect.Parameter.POSITIONAL_OR_KEYWORD, counter=collections.Counter("aab"), ordered=collections.OrderedDict(a=1), deque=collections.deque([1]),
    default=collections.defaultdict(list), decimal=decimal.Decimal("1.5"), fraction=fractions.Fraction(1, 3), uuid=uuid.UUID(int=1),
    path=pathlib.PurePosixPath("a/b"), array=array.array("q", [227, 0, 1]), address=ipaddress.ip_address("192.0.2.1"),
    logger=logging.getLogger("a"), partial=functools.partial(int, base=2), bytes=bytearray(b"a"), complex=1j, big=10**30, frozen=frozenset([1]),
)
if sys.version_info < (3, 14):  # later ones refuse
    values.update(iterator=iter([1, 2]), backwards=reversed([1, 2]), zipped=zip([1], [2]), chained=itertools.chain([1], [2]), cycle=itertools.cycle([1]))
for name, value in values.items():
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        try:
            data = pickle.dumps({"value": value}, protocol)
        except TypeError:  # this protocol has no way to say it
            continue
        with open(os.path.join(sys.argv[1], "%s-%d.pkl" % (name, protocol)), "wb") as f:
            f.write(data)
`

func TestHonestValuesOfTheStandardLibrary(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("NOT RUN: no python3 on this machine")
	}
	dir := t.TempDir()
	if out, err := exec.Command(python, "-c", standardValues, dir).CombinedOutput(); err != nil {
		t.Skipf("NOT RUN: this python3 cannot make them: %v\n%s", err, out)
	}
	quiet(t, dir)
}

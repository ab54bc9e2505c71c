package code

import (
	"context"
	"strings"

	"bakedin/checks"
	"bakedin/internal/lang/python"
	"bakedin/rules"
)

// objectCalls move Python objects between processes as pickles.
var objectCalls = []string{
	"torch.distributed.broadcast_object_list", "torch.distributed.all_gather_object", "torch.distributed.gather_object", "torch.distributed.scatter_object_list",
	"torch.distributed.recv_object_list", "torch.distributed.send_object_list", "torch.distributed.rpc.init_rpc",
	"multiprocessing.connection.Listener", "multiprocessing.connection.Client", "multiprocessing.managers.BaseManager",
}

// distributedPickle reports channels over which processes send each other pickles: whoever can write to one runs code at the
// other end. Sources: the warnings in the documentation of torch.distributed and multiprocessing.connection.
func distributedPickle(_ context.Context, p *checks.Pass) error {
	src, err := checks.Python.Of(p.File)
	if src == nil || src.File == nil {
		return err
	}
	for _, i := range src.CallsNamed("recv_pyobj") {
		f := call{&src.Calls[i], src, p, ""}.report("recv_pyobj unpickles whatever arrives on the socket: whoever can send to it runs code here.")
		f.Severity = rules.High
		f.Fixes = []checks.Fix{plainMessages}
	}
	return eachCall(p, objectCalls, func(c call) {
		if !strings.HasPrefix(c.name, "multiprocessing.") {
			f := c.report(short(c.name) + " sends pickles: every process of the group runs what another one sends.")
			f.InAI = true
			f.Lower(rules.Low, "it takes somebody on the network of the group")
			f.Fixes = []checks.Fix{checks.Steps("own-network", "Keep the group to itself", "Put the group's port on a network that nothing else reaches.", "Send tensors and plain values where objects are not needed.")}
			return
		}
		if v := c.src.Keyword(c.Call, "authkey"); v.Kind != python.Absent && v.Kind != python.None {
			return
		}
		address := c.src.Argument(c.Call, "address", 0)
		host := string(c.src.Text(address.First, address.Last))
		if address.Kind == python.Absent || address.Kind == python.String || strings.Contains(host, "localhost") || strings.Contains(host, "127.0.0.1") {
			return // a path of this machine, or this machine
		}
		f := c.report(short(c.name) + " has no authkey: whoever reaches the port sends it a pickle.")
		if strings.HasSuffix(c.name, "Listener") {
			f.Severity = rules.High
		}
		f.Fixes = []checks.Fix{plainMessages}
	})
}

var plainMessages = checks.Steps("plain-messages", "Send plain data", "Send JSON, msgpack or tensors in place of objects: send_json and recv_json, send_bytes and recv_bytes.",
	"Where objects must be sent, let both ends prove who they are (authkey, CURVE keys), and listen on 127.0.0.1 or a network of their own.")

package deploy

import (
	"regexp"

	"bakedin/internal/lang/keys"
)

// ofKubernetes is what the containers start. A Service of type LoadBalancer or NodePort, or an Ingress that asks nobody for a
// login, publishes the pods that it selects, as far as the file tells.
func ofKubernetes(root *keys.Node) []process {
	docs := documents(root)
	var out []process
	for _, d := range docs {
		reach := reachOf(d, docs)
		for _, c := range containersOf(d, 0) {
			p := process{label: value(c.Child("name")), inside: true, exposure: reach, env: map[string]string{}, image: value(c.Child("image")), at: [2]int{c.Start, c.Start + 1}}
			if n := c.Child("name"); n != nil {
				p.at = [2]int{n.Start, n.End}
			}
			for _, e := range items(c.Child("env")) {
				v := value(e.Child("value"))
				if e.Child("valueFrom") != nil {
					v = "$"
				}
				p.env[value(e.Child("name"))] = v
			}
			for _, port := range items(c.Child("ports")) {
				p.serves = append(p.serves, value(port.Child("containerPort")))
			}
			entry := wordsOf(c.Child("command"))
			p.replaced = replaces(entry)
			out = append(out, p.running(append(entry, wordsOf(c.Child("args"))...))...)
		}
	}
	return out
}

// documents are the manifests of a file, those of a List one by one.
func documents(root *keys.Node) []*keys.Node {
	if root.Kind != keys.Stream {
		root = &keys.Node{Kind: keys.Stream, Items: []*keys.Node{root}}
	}
	var out []*keys.Node
	for _, d := range root.Items {
		if list := d.Child("items"); value(d.Child("kind")) == "List" && list != nil {
			out = append(out, list.Items...)
			continue
		}
		out = append(out, d)
	}
	return out
}

// asksAtDoor are annotations by which an Ingress lets only known people in.
var asksAtDoor = regexp.MustCompile(`(?i)auth-(?:type|url|secret|signin|tls-secret)|oauth|oidc|middlewares|whitelist-source-range|allowlist-source-range|/iap|inbound-cidrs`)

// reachOf is who can reach the pods of a document, by the services and the doors of the others.
func reachOf(d *keys.Node, docs []*keys.Node) exposure {
	if t := value(d.At("spec", "headGroupSpec", "serviceType")); t == "LoadBalancer" || t == "NodePort" {
		return published
	}
	behind := map[string]bool{} // services that an open door leads to
	for _, door := range docs {
		if value(door.Child("kind")) != "Ingress" {
			continue
		}
		asks := false
		for _, a := range items(door.At("metadata", "annotations")) {
			asks = asks || asksAtDoor.MatchString(a.Key)
		}
		if !asks {
			leadsTo(door, behind, 0)
		}
	}
	for _, s := range docs {
		if value(s.Child("kind")) != "Service" {
			continue
		}
		kind, name := value(s.At("spec", "type")), value(s.At("metadata", "name"))
		if (kind == "LoadBalancer" || kind == "NodePort" || behind[name]) && selects(s, d) {
			return published
		}
		delete(behind, name) // known here: it leads to others
	}
	if behind[value(d.At("metadata", "name"))] { // the service is in another file, by the name of what it serves
		return published
	}
	return loopback
}

// leadsTo collects the services that the rules of an Ingress name.
func leadsTo(n *keys.Node, to map[string]bool, depth int) {
	if n == nil || depth > 12 {
		return
	}
	for _, c := range n.Items {
		if name := value(c.Child("name")); c.Key == "service" && name != "" {
			to[name] = true
		}
		if c.Key == "serviceName" {
			to[c.Value] = true
		}
		leadsTo(c, to, depth+1)
	}
}

// selects tells whether a service stands before the pods of a document: all of its labels are theirs. What one of them does
// not say is taken to fit.
func selects(service, d *keys.Node) bool {
	labels := d.At("spec", "template", "metadata", "labels")
	if labels == nil {
		labels = d.At("metadata", "labels")
	}
	if labels == nil {
		return true
	}
	for _, want := range items(service.At("spec", "selector")) {
		have := labels.Child(want.Key)
		if have == nil || have.Value != want.Value && !have.Template && !want.Template {
			return false
		}
	}
	return true
}

// containersOf finds the containers of a document, wherever its kind keeps its pod.
func containersOf(n *keys.Node, depth int) []*keys.Node {
	if n == nil || depth > 12 {
		return nil
	}
	var out []*keys.Node
	for _, c := range n.Items {
		if (c.Key == "containers" || c.Key == "initContainers") && c.Kind == keys.Array {
			out = append(out, c.Items...)
			continue
		}
		out = append(out, containersOf(c, depth+1)...)
	}
	return out
}

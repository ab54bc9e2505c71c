// Package checks runs rules over a tree and reports what they found as a stream of events. It knows how a rule becomes
// findings: which files a rule wants, how a [match] is evaluated, what strength and severity a match has, how a finding is
// told apart from its neighbours, and that a file which could not be read to its end is never clean. It does not know what
// the findings mean for the guideline (internal/posture) nor how they look (the faces). Detectors live in its sub-packages,
// one a family.
package checks

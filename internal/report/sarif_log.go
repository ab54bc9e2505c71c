package report

// The parts of a SARIF log that are written, in the order of the specification.

type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool        sarifTool               `json:"tool"`
	Taxonomies  []sarifTaxonomy         `json:"taxonomies,omitempty"`
	Automation  sarifAutomation         `json:"automationDetails"`
	Provenance  []sarifProvenance       `json:"versionControlProvenance,omitempty"`
	Invocations []sarifInvocation       `json:"invocations"`
	URIBases    map[string]sarifURIBase `json:"originalUriBaseIds"`
	ColumnKind  string                  `json:"columnKind"`
	Results     []sarifResult           `json:"results"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name            string      `json:"name"`
	SemanticVersion string      `json:"semanticVersion"`
	Organization    string      `json:"organization"`
	Rules           []sarifRule `json:"rules"`

	Taxonomies []sarifToolRef `json:"supportedTaxonomies,omitempty"`
}

// sarifTaxonomy is a catalogue with the entries that are used.
type sarifTaxonomy struct {
	Name    string      `json:"name"`
	Version string      `json:"version,omitempty"`
	Short   sarifText   `json:"shortDescription"`
	Taxa    []sarifTaxa `json:"taxa"`
}

type sarifTaxa struct {
	ID    string     `json:"id"`
	Short *sarifText `json:"shortDescription,omitempty"`
}

type sarifToolRef struct {
	Name  string `json:"name"`
	Index int    `json:"index"`
}

type sarifRelationship struct {
	Target struct {
		ID        string       `json:"id"`
		Component sarifToolRef `json:"toolComponent"`
	} `json:"target"`
	Kinds []string `json:"kinds"`
}

type sarifProvenance struct {
	Repository string `json:"repositoryUri"`
	Revision   string `json:"revisionId,omitempty"`
	Branch     string `json:"branch,omitempty"`
}

type sarifRule struct {
	ID            string              `json:"id"`
	Name          string              `json:"name"`
	Short         sarifText           `json:"shortDescription"`
	Full          sarifText           `json:"fullDescription"`
	Help          sarifText           `json:"help"`
	Configuration sarifConfiguration  `json:"defaultConfiguration"`
	Relationships []sarifRelationship `json:"relationships,omitempty"`
	Properties    map[string]any      `json:"properties"`
}

type sarifText struct {
	Text     string `json:"text"`
	Markdown string `json:"markdown,omitempty"`
}

type sarifConfiguration struct {
	Level string `json:"level"`
}

type sarifAutomation struct {
	ID string `json:"id"`
}

type sarifURIBase struct {
	Description sarifText `json:"description"`
}

type sarifInvocation struct {
	Successful    bool                `json:"executionSuccessful"`
	Notifications []sarifNotification `json:"toolExecutionNotifications"`
}

type sarifNotification struct {
	Level   string    `json:"level"`
	Message sarifText `json:"message"`
}

type sarifResult struct {
	RuleID       string                 `json:"ruleId"`
	RuleIndex    *int                   `json:"ruleIndex,omitempty"`
	Level        string                 `json:"level"`
	Kind         string                 `json:"kind"`
	Message      sarifText              `json:"message"`
	Locations    []sarifLocation        `json:"locations,omitempty"`
	Related      []sarifRelatedLocation `json:"relatedLocations,omitempty"`
	Fingerprints map[string]string      `json:"partialFingerprints,omitempty"`
	Suppressions []sarifSuppression     `json:"suppressions,omitempty"`
	Baseline     string                 `json:"baselineState,omitempty"`
	Fixes        []sarifFix             `json:"fixes,omitempty"`
	Properties   map[string]any         `json:"properties"`
}

type sarifLocation struct {
	Physical sarifPhysical `json:"physicalLocation"`
}

type sarifRelatedLocation struct {
	ID       int           `json:"id"`
	Message  sarifText     `json:"message"`
	Physical sarifPhysical `json:"physicalLocation"`
}

type sarifPhysical struct {
	Artifact sarifArtifact `json:"artifactLocation"`
	Region   sarifRegion   `json:"region"`
}

type sarifArtifact struct {
	URI  string `json:"uri"`
	Base string `json:"uriBaseId"`
}

type sarifRegion struct {
	StartLine   int  `json:"startLine,omitempty"`
	StartColumn int  `json:"startColumn,omitempty"`
	EndLine     int  `json:"endLine,omitempty"`
	EndColumn   int  `json:"endColumn,omitempty"`
	ByteOffset  *int `json:"byteOffset,omitempty"`
	ByteLength  *int `json:"byteLength,omitempty"`
}

type sarifSuppression struct {
	Kind          string `json:"kind"`
	Justification string `json:"justification"`
}

type sarifFix struct {
	Description sarifText     `json:"description"`
	Changes     []sarifChange `json:"artifactChanges"`
}

type sarifChange struct {
	Artifact     sarifArtifact      `json:"artifactLocation"`
	Replacements []sarifReplacement `json:"replacements"`
}

type sarifReplacement struct {
	Deleted  sarifRegion  `json:"deletedRegion"`
	Inserted sarifContent `json:"insertedContent"`
}

type sarifContent struct {
	Text string `json:"text"`
}

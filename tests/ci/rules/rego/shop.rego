# Rules as they are written for conftest and OPA over `terraform show -json`.
package main

import rego.v1

deny contains msg if {
	some rc in input.resource_changes
	rc.type == "category"
	after := rc.change.after
	after != null
	not after.rewrite_url
	msg := sprintf("%s has no path", [rc.address])
}

deny contains msg if {
	some rc in input.resource_changes
	"delete" in rc.change.actions
	rc.change.before.url
	not rc.change.after_unknown.id
	msg := sprintf("%s (%s) is deleted for good", [rc.address, rc.change.before.id])
}

deny contains msg if {
	some rc in input.resource_changes
	rc.change.actions == ["delete", "create"]
	rc.change.before.events != rc.change.after.events
	msg := sprintf("%s is replaced with other events", [rc.address])
}

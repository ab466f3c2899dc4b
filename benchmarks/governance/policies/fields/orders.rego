# What orders.yaml says, in Rego.
package orders

deny contains "large-orders-need-a-manager" if {
	input.event.eventType == "OrderPlaced"
	input.event.payload.total > 10000
	not "manager" in input.principal.roles
}

deny contains "paid-in-euros-or-pounds" if {
	input.event.eventType == "OrderPlaced"
	not input.event.payload.currency in {"EUR", "GBP"}
}

deny contains "user-is-the-principal" if {
	input.event.metadata.userId != input.principal.id
	not "service" in input.principal.roles
}

# What lines.yaml says, in Rego.
package lines

deny contains "lines-are-small" if {
	input.event.eventType == "OrderPlaced"
	some item in input.event.payload.items
	is_large(item)
}

is_large(item) if item.quantity > 100

is_large(item) if item.price > 1000

// Nothing but what every definition has.
import '../base.libsonnet'

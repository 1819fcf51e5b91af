// Arithmetic on addresses, versions and endpoints, in standard jsonnet: no native function, the same result in every
// implementation. Import this file; the others are its parts.
//
//   addresses  parseIP parseCIDR parseAddress isIP isCIDR family canonical network contains overlap sizeExponent
//              nthAddress nodeMask                                                              (ip.libsonnet)
//   versions   parseVersion compareVersions atLeast minor series                                (version.libsonnet)
//   endpoints  parseEndpoint hostPort                                                           (endpoint.libsonnet)
//
// No function raises on bad input. The parsers return their usual shape with `problem` set to a text for the user;
// questions return false, and everything else null.
(import 'ip.libsonnet') + (import 'version.libsonnet') + (import 'endpoint.libsonnet')

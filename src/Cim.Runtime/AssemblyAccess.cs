using System.Runtime.CompilerServices;

// The compiler writes what the runtime reads: both share the program, layer and operator types, which stay out of the
// public surface because user programs never need them. Training writes files the same way.
[assembly: InternalsVisibleTo("Cim.Training")]
[assembly: InternalsVisibleTo("Cim.Compiler")]
[assembly: InternalsVisibleTo("Cim.Compiler.Tests")]
[assembly: InternalsVisibleTo("cim")]
[assembly: InternalsVisibleTo("Cim.Browser.Tests")]
[assembly: InternalsVisibleTo("Cim.Cli.Tests")]
[assembly: InternalsVisibleTo("bench")]

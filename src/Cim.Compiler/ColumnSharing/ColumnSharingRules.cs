using Cim.Runtime.Hardware;

namespace Cim.Compiler.ColumnSharing;

/// <summary>What decides how strips are clustered.</summary>
/// <param name="Hardware">The hardware.</param>
/// <param name="Method">What shares columns.</param>
/// <param name="Seed">Of clustering.</param>
internal sealed record ColumnSharingRules(HardwareProfile Hardware, ColumnSharingMethod Method, ulong Seed);

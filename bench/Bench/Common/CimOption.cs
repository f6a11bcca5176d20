using System.CommandLine;

namespace Cim.Bench.Common;

/// <summary>The option that names another <c>cim</c>, for comparisons of two builds.</summary>
internal static class CimOption
{
    /// <summary>Valid for every topic.</summary>
    public static Option<string?> Instance { get; } = new("--cim")
    {
        Description = "The `cim` to measure (a program or cim.dll); default: $CIM, else the repository's own build.",
        Recursive = true,
    };
}

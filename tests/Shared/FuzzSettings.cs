using System.Globalization;
using CsCheck;

namespace Cim.Tests.Shared;

/// <summary>How many random cases a run takes (CIM_FUZZ_CASES) and from which seed (CIM_FUZZ_SEED): the same ones every time unless told
/// otherwise.</summary>
internal static class FuzzSettings
{
    public static int Cases(int orElse) => (int)Read("CIM_FUZZ_CASES", (ulong)orElse);

    public static ulong Seed { get; } = Read("CIM_FUZZ_SEED", 1);

    /// <summary>The cases of a run, each with its number.</summary>
    public static IEnumerable<(int Number, T Case)> Of<T>(Gen<T> cases, int count)
    {
        for (int i = 0; i < count; i++)
            yield return (i, cases.Generate(new PCG((uint)i, Seed), null, out _));
    }

    private static ulong Read(string variable, ulong orElse) =>
        ulong.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out ulong value)
            ? value
            : orElse;
}

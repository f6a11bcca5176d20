using CsCheck;

namespace Cim.Compiler.Tests.Fuzz;

/// <summary>One of some values.</summary>
internal static class Pick
{
    public static Gen<T> Of<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);
}

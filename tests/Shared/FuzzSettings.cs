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

    /// <summary>
    /// Checks a property on random cases, each from a seed of its own, so that a run depends on no run before it; a case that fails
    /// is printed with its seed.
    /// </summary>
    /// <param name="cases">Makes the cases.</param>
    /// <param name="count">How many, if nobody says.</param>
    /// <param name="property">Throws where it does not hold.</param>
    public static void Holds<T>(this Gen<T> cases, int count, Action<T> property)
    {
        for (int i = 0; i < Cases(count); i++)
            cases.Sample(property, seed: new PCG((uint)i, Seed).ToString(), iter: 1, threads: 1);
    }

    /// <inheritdoc cref="Holds{T}(Gen{T}, int, Action{T})"/>
    public static void Holds<T1, T2>(this Gen<(T1, T2)> cases, int count, Action<T1, T2> property) =>
        cases.Holds(count, c => property(c.Item1, c.Item2));

    /// <inheritdoc cref="Holds{T}(Gen{T}, int, Action{T})"/>
    public static void Holds<T1, T2, T3>(this Gen<(T1, T2, T3)> cases, int count, Action<T1, T2, T3> property) =>
        cases.Holds(count, c => property(c.Item1, c.Item2, c.Item3));

    /// <inheritdoc cref="Holds{T}(Gen{T}, int, Action{T})"/>
    public static void Holds<T1, T2, T3, T4>(this Gen<(T1, T2, T3, T4)> cases, int count, Action<T1, T2, T3, T4> property) =>
        cases.Holds(count, c => property(c.Item1, c.Item2, c.Item3, c.Item4));

    /// <inheritdoc cref="Holds{T}(Gen{T}, int, Action{T})"/>
    public static void Holds<T1, T2, T3, T4, T5>(this Gen<(T1, T2, T3, T4, T5)> cases, int count, Action<T1, T2, T3, T4, T5> property) =>
        cases.Holds(count, c => property(c.Item1, c.Item2, c.Item3, c.Item4, c.Item5));

    private static ulong Read(string variable, ulong orElse) =>
        ulong.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out ulong value)
            ? value
            : orElse;
}

using System.Collections.Immutable;

namespace Cim.Compiler.Import.Rewrites.Shapes;

/// <summary>An Einstein summation with every axis named: ellipses are spelled out, the output is always there.</summary>
/// <param name="Inputs">The axes of each operand, one character an axis.</param>
/// <param name="Output">Those of the result.</param>
internal sealed record EinsumEquation(ImmutableArray<string> Inputs, string Output)
{
    /// <summary>Stand for the axes of an ellipsis, the last one last.</summary>
    private const char FirstUnnamed = '\uE000';

    /// <exception cref="FormatException">The equation does not fit its operands.</exception>
    public static EinsumEquation Parse(string text, ReadOnlySpan<int> ranks)
    {
        string equation = text.Replace(" ", "", StringComparison.Ordinal);
        string[] sides = equation.Split("->");
        string[] terms = sides[0].Split(',');
        if (sides.Length > 2 || terms.Length != ranks.Length)
            throw new FormatException($"equation '{text}' has {terms.Length} operands, the node {ranks.Length}");
        int unnamed = 0;
        for (int i = 0; i < terms.Length; i++)
            if (terms[i].Contains("...", StringComparison.Ordinal)) unnamed = Math.Max(unnamed, ranks[i] - (terms[i].Length - 3));
        var inputs = ImmutableArray.CreateBuilder<string>(terms.Length);
        for (int i = 0; i < terms.Length; i++)
        {
            int own = terms[i].Contains("...", StringComparison.Ordinal) ? ranks[i] - (terms[i].Length - 3) : 0;
            string spelled = terms[i].Replace("...", Unnamed(unnamed - own, own), StringComparison.Ordinal);
            if (own < 0 || spelled.Length != ranks[i])
                throw new FormatException($"equation '{text}': operand {i} has {ranks[i]} axes, '{terms[i]}' has {spelled.Length}");
            inputs.Add(spelled);
        }

        // Without an arrow: the unnamed axes, then every letter that occurs once, in order.
        string all = string.Concat(inputs);
        string output = sides.Length == 2 ? sides[1].Replace("...", Unnamed(0, unnamed), StringComparison.Ordinal)
            : Unnamed(0, unnamed) + string.Concat(all.Where(c => c < FirstUnnamed && all.Count(o => o == c) == 1).Order());
        if (output.Any(c => !all.Contains(c, StringComparison.Ordinal)) || output.Distinct().Count() != output.Length)
            throw new FormatException($"equation '{text}': its result has an axis that no operand has, or one twice");
        return new EinsumEquation(inputs.MoveToImmutable(), output);
    }

    private static string Unnamed(int from, int count) =>
        string.Concat(Enumerable.Range(from, Math.Max(0, count)).Select(i => (char)(FirstUnnamed + i)));
}

using Cim.Runtime.Crossbar;
using Cim.Runtime.Crossbar.Exact;
using Cim.Runtime.Crossbar.Kernels;
using Cim.Runtime.Crossbar.Simulation;
using Cim.Runtime.Simd;
using Cim.Runtime.Tests.Testing;

namespace Cim.Runtime.Tests.Fuzzing;

/// <summary>
/// Random layers give the same bytes at every vector width this processor has, at every fidelity, and touch no byte that is not
/// theirs: inputs, outputs and scratch memory lie under guard pages. So do calls that split a layer. <c>build/fuzz.sh simd 10000</c>
/// runs more of them.
/// </summary>
public sealed class SimdFuzzTests
{
    [Fact]
    public void A_layer_gives_the_same_bytes_at_every_vector_width() =>
        FuzzCases.Run("simd", 200, number => Check(number) is { } fault ? (FuzzCases.Fault.Wrong, fault) : null);

    private static string? Check(int number)
    {
        RandomLayers.Case c = RandomLayers.Of(number);
        foreach (Fidelity fidelity in Enum.GetValues<Fidelity>())
        {
            byte[]? expected = null;
            foreach (SimdLevel level in SimdLevels.Supported)
            {
                PreparedLayer prepared = CrossbarSimulator.Prepare(c.Layer, 3, c.Profile, fidelity, 7, level);
                byte[] actual = Run(prepared, c);
                expected ??= actual;
                if (!expected.AsSpan().SequenceEqual(actual)) return $"case {number}: {fidelity} differs at {level}: {c}";
                foreach (int calls in new[] { 2, 3, 7 })
                    if (calls <= prepared.MaxSplit && Split(prepared, c, calls, expected) is { } fault)
                        return $"case {number}: {fidelity} at {level} in {calls} calls {fault}: {c}";
            }
        }

        // What the fast paths of exact layers are twins of.
        return c.Layer.Blocks.IsEmpty
            && !Run(new ExactWide(c.Layer), c).AsSpan().SequenceEqual(Run(ExactLayers.Prepare(c.Layer, SimdLevels.Widest), c))
            ? $"case {number}: exact differs from its definition: {c}" : null;
    }

    // Every output byte is changed by exactly one call, to what it is when one call computes all.
    private static string? Split(PreparedLayer prepared, RandomLayers.Case c, int calls, byte[] expected)
    {
        int[] writers = new int[expected.Length];
        for (int call = 0; call < calls; call++)
        {
            byte[] actual = Run(prepared, c, new LayerSplit(call, calls), [.. expected.Select(b => (byte)~b)]);
            for (int i = 0; i < actual.Length; i++)
            {
                if (actual[i] == expected[i]) writers[i]++;
                else if (actual[i] != (byte)~expected[i]) return $"differs at byte {i}";
            }
        }

        int wrong = Array.FindIndex(writers, n => n != 1);
        return wrong < 0 ? null : $"writes byte {wrong} {writers[wrong]} times";
    }

    private static byte[] Run(PreparedLayer prepared, RandomLayers.Case c, LayerSplit? split = null, byte[]? before = null)
    {
        int bytes = c.Images * c.Layer.Outputs * c.Layer.PositionsPerImage * (c.Layer.Epilogue.Output is null ? 4 : 1),
            scratch = prepared.WorkspaceBytes(c.Images);
        using GuardedMemory input = new(c.Input), residual = new(c.Residual), output = new(bytes), workspace = new(scratch, alignment: 64);
        workspace.Span.Fill(0xCD);
        before?.CopyTo(output.Span);
        prepared.Run(new LayerCall
        {
            Input = input.Span, Residual = residual.Span, Output = output.Span, Workspace = workspace.Span, Images = c.Images,
            FirstImage = 5, Split = split ?? LayerSplit.Whole,
        });
        return output.Span.ToArray();
    }
}

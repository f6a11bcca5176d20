using Cim.Runtime.Crossbar;
using Cim.Runtime.Crossbar.Exact;
using Cim.Runtime.Crossbar.Kernels;
using Cim.Runtime.Crossbar.Simulation;
using Cim.Runtime.Simd;
using Cim.Runtime.Tests.Testing;

namespace Cim.Runtime.Tests.Fuzzing;

/// <summary>
/// Random layers give the same bytes at every vector width this processor has, at every fidelity, and touch no byte that is not
/// theirs: inputs, outputs and scratch memory lie under guard pages. <c>build/fuzz.sh simd 10000</c> runs more of them.
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
                byte[] actual = Run(CrossbarSimulator.Prepare(c.Layer, 3, c.Profile, fidelity, 7, level), c);
                expected ??= actual;
                if (!expected.AsSpan().SequenceEqual(actual)) return $"case {number}: {fidelity} differs at {level}: {c}";
            }
        }

        // What the fast paths of exact layers are twins of.
        return c.Layer.Blocks.IsEmpty
            && !Run(new ExactWide(c.Layer), c).AsSpan().SequenceEqual(Run(ExactLayers.Prepare(c.Layer, SimdLevels.Widest), c))
            ? $"case {number}: exact differs from its definition: {c}" : null;
    }

    private static byte[] Run(PreparedLayer prepared, RandomLayers.Case c)
    {
        int bytes = c.Images * c.Layer.Outputs * c.Layer.PositionsPerImage * (c.Layer.Epilogue.Output is null ? 4 : 1),
            scratch = prepared.WorkspaceBytes(c.Images);
        using GuardedMemory input = new(c.Input), residual = new(c.Residual), output = new(bytes), workspace = new(scratch, alignment: 64);
        workspace.Span.Fill(0xCD);
        prepared.Run(new LayerCall
        {
            Input = input.Span, Residual = residual.Span, Output = output.Span, Workspace = workspace.Span, Images = c.Images,
                FirstImage = 5,
        });
        return output.Span.ToArray();
    }
}

using System.Collections.Immutable;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Format;
using Cim.Runtime.Program;

namespace Cim.Compiler.Plans;

/// <summary>Puts a program on the arrays of another: layers with the same matrix, used at other positions.</summary>
internal static class SharedLayers
{
    /// <summary>The program with the layers of <paramref name="first"/>, in their order.</summary>
    /// <param name="program">The program.</param>
    /// <param name="first">The program whose matrices are on the arrays, with converter ranges.</param>
    /// <param name="problem">A layer with another matrix; null if there is none.</param>
    public static ModelProgram? Of(ModelProgram program, ModelProgram first, out string? problem)
    {
        Dictionary<string, int> own = program.Layers.Select((l, i) => (l.Name, i))
            .ToDictionary(l => l.Name, l => l.i, StringComparer.Ordinal);
        int[] positions = new int[program.Layers.Length];
        var layers = ImmutableArray.CreateBuilder<CrossbarLayer>(first.Layers.Length);
        for (int i = 0; i < first.Layers.Length; i++)
        {
            CrossbarLayer shared = first.Layers[i];
            problem = !own.TryGetValue(shared.Name, out int at) || !IsSameMatrix(program.Layers[at], shared) ? shared.Name : null;
            if (problem is not null) return null;
            positions[at] = i;
            CrossbarLayer layer = program.Layers[at];
            layers.Add(shared with
            {
                PositionsPerImage = layer.PositionsPerImage, Geometry = layer.Geometry, Epilogue = layer.Epilogue,
            });
        }

        problem = program.Layers.Length == first.Layers.Length ? null : program.Layers.First(l => layers.All(s => s.Name != l.Name)).Name;
        return problem is not null ? null : program with
        {
            Layers = layers.MoveToImmutable(),
            Steps = [.. program.Steps.Select(step => step.Op != ProgramStep.CrossbarOp ? step : step with
            {
                Attributes = step.Attributes.With("layer", (long)positions[(int)step.Attributes.Int("layer", -1)]),
            })],
        };
    }

    // Everything but what a size decides; converter ranges and test inputs are measured once.
    private static bool IsSameMatrix(CrossbarLayer layer, CrossbarLayer shared) => Bytes(shared).SequenceEqual(Bytes(layer with
    {
        PositionsPerImage = shared.PositionsPerImage, Geometry = shared.Geometry, Epilogue = shared.Epilogue,
        AdcCalibration = shared.AdcCalibration, TestInputs = shared.TestInputs,
        Blocks = layer.Blocks.Length == shared.Blocks.Length
            ? [.. layer.Blocks.Select((b, i) => b with { AdcCalibration = shared.Blocks[i].AdcCalibration })] : layer.Blocks,
    }));

    private static byte[] Bytes(CrossbarLayer layer)
    {
        var writer = new ByteWriter();
        var data = new DataBlob();
        LayerCodec.Write(writer, layer, data);
        return [.. writer.Written.Span, .. data.ToArray()];
    }
}

using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Cim.Compiler.Data;
using Cim.Compiler.Ort;
using Cim.Runtime;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Crossbar.Simulation;
using Cim.Runtime.Execution;
using Cim.Runtime.Hardware;
using Cim.Runtime.Model;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Evaluation.Agreement;

/// <summary>How many requantized output codes of a layer are those of the exact integer network.</summary>
/// <param name="Name">The layer.</param>
/// <param name="Bits">Bits of an output code.</param>
/// <param name="Codes">Codes compared.</param>
/// <param name="Equal">Share of codes that are equal when the layer reads noise-free inputs.</param>
/// <param name="WithinOne">Share that differ by at most one unit.</param>
/// <param name="EqualInNetwork">As <paramref name="Equal"/>, with the errors of all layers before.</param>
/// <param name="WithinOneInNetwork">As <paramref name="WithinOne"/>, with the errors of all layers before.</param>
internal sealed record LayerOutputCodes(
    string Name, int Bits, long Codes, double Equal, double WithinOne, double EqualInNetwork, double WithinOneInNetwork)
{
    /// <summary>The mean over several chips.</summary>
    public static ImmutableArray<LayerOutputCodes> Mean(IReadOnlyList<ImmutableArray<LayerOutputCodes>> chips) =>
    [
        .. chips[0].Select((first, l) => first with
        {
            Codes = chips.Sum(c => c[l].Codes),
            Equal = chips.Average(c => c[l].Equal),
            WithinOne = chips.Average(c => c[l].WithinOne),
            EqualInNetwork = chips.Average(c => c[l].EqualInNetwork),
            WithinOneInNetwork = chips.Average(c => c[l].WithinOneInNetwork),
        }),
    ];
}

/// <summary>
/// Compares the output codes of every layer with the noise-free ones: those of fidelity <c>exact</c>. Layers whose result is not
/// requantized (the scores of a classifier) have no codes and are left out.
/// </summary>
internal static class OutputCodes
{
    private const int Batch = 8;

    /// <param name="compiled">The network.</param>
    /// <param name="input">Its input.</param>
    /// <param name="data">Samples, opened for the input.</param>
    /// <param name="options">Fidelity and chip.</param>
    /// <param name="samples">At most this many.</param>
    /// <param name="cancellation">Checked between batches.</param>
    public static ImmutableArray<LayerOutputCodes> Measure(
        CompiledModel compiled, GraphInput input, DataSet data, RunOptions options, int samples, CancellationToken cancellation)
    {
        ModelProgram program = compiled.Program;
        PreparedLayer[] exact = Prepare(program, compiled.Hardware, Fidelity.Exact, 0),
            noisy = Prepare(program, compiled.Hardware, options.Fidelity, options.Seed);
        ProgramStep[][] steps = [.. program.Layers.Select((_, l) => program.StepsOf(l).ToArray())];
        CodeCounts[] counts = [.. steps.Select(_ => new CodeCounts())];
        long unit = 0;
        foreach (DataBatch images in data.Batches(input.Batch(Batch), samples))
        {
            cancellation.ThrowIfCancellationRequested();
            if (input.FixedBatch > 0 && images.Count % input.FixedBatch != 0) break;
            IReadOnlyList<Tensor> x = input.Split(images.First, images.Count, images.Values).Tensors();
            Dictionary<string, Tensor> reference = ProgramTrace.Run(program, exact, x, unit);
            Dictionary<string, Tensor> network = ProgramTrace.Run(program, noisy, x, unit);
            long first = unit;
            Parallel.For(0, steps.Length, new ParallelOptions { CancellationToken = cancellation }, l =>
            {
                CrossbarLayer layer = program.Layers[l];
                if (layer.Epilogue.Output is not { } output) return;
                foreach (ProgramStep step in steps[l])
                {
                    Tensor wanted = Value(program, reference, step.Outputs[0]);
                    byte[] own = Run(noisy[l], layer, Value(program, reference, step.Inputs[0]),
                        step.Inputs.Length > 1 ? Value(program, reference, step.Inputs[1]).Data.Span : [], wanted.Data.Length, first);
                    counts[l].Add(wanted.Data.Span, own, Value(program, network, step.Outputs[0]).Data.Span, output.Signed);
                }
            });
            unit += images.Count;
        }

        return [.. program.Layers.Select((layer, l) => (layer, l)).Where(p => p.layer.Epilogue.Output is not null)
            .Select(p => counts[p.l].Of(p.layer.Name, p.layer.Epilogue.Output!.Bits))];
    }

    private static PreparedLayer[] Prepare(ModelProgram program, HardwareProfile profile, Fidelity fidelity, ulong seed) =>
        [.. program.Layers.Select((layer, i) => CrossbarSimulator.Prepare(layer, i, profile, fidelity, seed))];

    private static Tensor Value(ModelProgram program, Dictionary<string, Tensor> values, int index) =>
        program.Values[index].Constant ?? values[program.Values[index].Name];

    private static byte[] Run(
        PreparedLayer prepared, CrossbarLayer layer, Tensor input, ReadOnlySpan<byte> residual, int outputBytes, long firstImage)
    {
        const int Alignment = 64;
        int images = outputBytes / (layer.Outputs * layer.PositionsPerImage), bytes = prepared.WorkspaceBytes(images);
        byte[] output = new byte[outputBytes], memory = GC.AllocateUninitializedArray<byte>(bytes + Alignment, pinned: true);
        int start = (int)(-Marshal.UnsafeAddrOfPinnedArrayElement(memory, 0) & (Alignment - 1));
        prepared.Run(new LayerCall
        {
            Input = input.Data.Span, Residual = residual, Output = output, Workspace = memory.AsSpan(start, bytes), Images = images,
                FirstImage = firstImage,
        });
        return output;
    }

    private sealed class CodeCounts
    {
        private long _codes, _equal, _near, _equalInNetwork, _nearInNetwork;

        public void Add(ReadOnlySpan<byte> wanted, ReadOnlySpan<byte> own, ReadOnlySpan<byte> network, bool signed)
        {
            for (int i = 0; i < wanted.Length; i++)
            {
                int d = Difference(wanted[i], own[i], signed), n = Difference(wanted[i], network[i], signed);
                if (d == 0) _equal++;
                if (d <= 1) _near++;
                if (n == 0) _equalInNetwork++;
                if (n <= 1) _nearInNetwork++;
            }

            _codes += wanted.Length;
        }

        public LayerOutputCodes Of(string name, int bits)
        {
            double all = Math.Max(1, _codes);
            return new LayerOutputCodes(name, bits, _codes, _equal / all, _near / all, _equalInNetwork / all, _nearInNetwork / all);
        }

        private static int Difference(byte a, byte b, bool signed) => Math.Abs(signed ? (sbyte)a - (sbyte)b : a - b);
    }
}

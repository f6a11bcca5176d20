using System.Collections.Immutable;
using Cim.Runtime.Crossbar.Adc;
using Cim.Runtime.Crossbar.Kernels;
using Cim.Runtime.Crossbar.Planning;
using Cim.Runtime.RandomNumbers;
using Cim.Runtime.Simd;

namespace Cim.Runtime.Crossbar.Analog;

// What a call computes in.
internal sealed unsafe partial class AnalogLayer<L, TI, TF>
{
    /// <summary>The workspace, cut up.</summary>
    private readonly ref struct Parts
    {
        public readonly byte* Bytes;
        public readonly int* Streams;
        public readonly float* Squares;
        public readonly int* InputSums;
        public readonly float* Amplitudes;
        public readonly int* Sums;
        public readonly int* Codes;
        public readonly int* Accumulators;
        public readonly int* Zeros;
        public readonly float* Kept;
        public readonly float* Scaled;
        public readonly int* Lane;
        public readonly int* Results;
        public readonly int* Row;

        public Parts(AnalogLayer<L, TI, TF> layer, ref Workspace workspace)
        {
            int inputs = layer._plan.Inputs.Length, block = 2 * Block * L.Count;
            bool matrix = layer._layer.Geometry is null,
                noisy = layer._noise is not null,
                squares = noisy && layer._cells.Kind == LevelKind.Real;
            long plane = layer._planeLength, stream = inputs * layer._planes * plane;
            Bytes = workspace.Take((layer._layout.Channels * plane) + 64);
            Streams = workspace.TakeInts(stream + 16);
            Squares = squares ? workspace.TakeFloats(stream + 16) : null;
            InputSums = workspace.TakeInts(layer.ResultStride);
            Amplitudes = noisy ? workspace.TakeFloats((long)layer._cells.StepCount.Length * inputs * layer.ResultStride) : null;
            Sums = workspace.TakeInts(block);
            Codes = workspace.TakeInts(block);
            Accumulators = workspace.TakeInts(block);
            Zeros = workspace.TakeInts(Block);
            Kept = workspace.TakeFloats(block);
            Scaled = workspace.TakeFloats(2 * L.Count);
            Lane = workspace.TakeInts(L.Count);
            Results = workspace.TakeInts(((long)(matrix ? layer._cells.Blocks : 1) * Block * layer.ResultStride) + Requantizer.Slack);
            Row = workspace.TakeInts(layer._layer.ColumnsPerGroup + Requantizer.Slack);
            if (Bytes == null) return;
            new Span<int>(Zeros, Block).Clear();
            new Span<int>(InputSums, layer.ResultStride).Clear();
            for (int i = 0; i < L.Count; i++) Lane[i] = i;
        }

        public int* Values { get; init; }

        public int* CellOffsets { get; init; }

        public int* Ones { get; init; }

        public int* Keys { get; init; }

        public int* Starts { get; init; }
    }
}

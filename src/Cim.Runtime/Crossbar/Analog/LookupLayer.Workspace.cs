using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Cim.Runtime.Crossbar.Adc;
using Cim.Runtime.Crossbar.Kernels;
using Cim.Runtime.Crossbar.Planning;
using Cim.Runtime.RandomNumbers;
using Cim.Runtime.Simd;

namespace Cim.Runtime.Crossbar.Analog;

// What a call computes in.
internal sealed unsafe partial class LookupLayer
{
    /// <summary>The workspace, cut up.</summary>
    private readonly ref struct Parts
    {
        public readonly byte* Bytes;
        public readonly byte* Planes;
        public readonly byte* Gathered;
        public readonly ushort* Sums;
        public readonly int* Accumulators;
        public readonly int* InputSums;
        public readonly float* Amplitudes;
        public readonly float* Values;
        public readonly int* Counters;
        public readonly int* Row;
        public readonly int* RunFrom;
        public readonly int* RunTo;

        public Parts(LookupLayer layer, ref Workspace workspace)
        {
            Bytes = workspace.Take(((long)layer._layout.Channels * layer._planeLength) + Block);
            Planes = workspace.Take(((long)layer._bits * layer._tables.Planes * layer._planeLength) + Chunk);
            Gathered = workspace.Take(((long)layer._tables.LongestTile * layer._paddedBits * Chunk) + Chunk);
            Sums = (ushort*)workspace.Take((long)layer._paddedBits * Math.Max(2, layer._tables.Digits) * Block * sizeof(ushort));
            Accumulators = workspace.TakeInts(((long)layer._layer.ColumnsPerGroup * Chunk) + Requantizer.Slack);
            InputSums = workspace.TakeInts(Chunk);
            Amplitudes = workspace.TakeFloats((long)layer._paddedBits * Chunk);
            Values = workspace.TakeFloats((long)layer._paddedBits * Block);
            Counters = workspace.TakeInts(Chunk);
            Row = workspace.TakeInts(layer._layer.ColumnsPerGroup + Requantizer.Slack);
            RunFrom = workspace.TakeInts(Chunk);
            RunTo = workspace.TakeInts(Chunk);
        }

        public byte* Tables { get; init; }

        public int* Keys { get; init; }

        public float* BitFactors { get; init; }
    }
}

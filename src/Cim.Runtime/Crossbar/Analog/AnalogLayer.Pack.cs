using System.Collections.Immutable;
using Cim.Runtime.Crossbar.Adc;
using Cim.Runtime.Crossbar.Kernels;
using Cim.Runtime.Crossbar.Planning;
using Cim.Runtime.RandomNumbers;
using Cim.Runtime.Simd;

namespace Cim.Runtime.Crossbar.Analog;

// From bytes to what the kernels read, and what offset and noise need to know of the inputs.
internal sealed unsafe partial class AnalogLayer<L, TI, TF>
{
    // Input slices as the kernels read them, sums of inputs for the offset, and root sums of squares for the noise.
    private void Pack(in Parts parts, int vectors)
    {
        int inputs = _plan.Inputs.Length;
        for (int i = 0; i < inputs; i++)
        {
            int* stream = parts.Streams + ((nint)i * _planes * _planeLength);
            for (int plane = 0; plane < _planes; plane++, stream += _planeLength)
            {
                if (_cells.Kind == LevelKind.Fixed)
                {
                    BytePlanes.Masks<L, TI, TF>(_plan.Inputs[i], parts.Bytes + ((nint)plane * _planeLength), _planeLength, stream);
                    continue;
                }
                if (_cells.Kind == LevelKind.Real)
                {
                    byte* source = parts.Bytes + ((nint)plane * _planeLength);
                    BytePlanes.Floats<L, TI, TF>(_plan.Inputs[i], source, _planeLength, (float*)stream);
                    if (_noise is null) continue;
                    BytePlanes.Squares<L, TI, TF>(_squared[i].AsSpan(), source, _planeLength,
                        parts.Squares + ((((nint)i * _planes) + plane) * _planeLength));
                    continue;
                }
                byte* low = parts.Bytes + (2 * (nint)plane * _planeLength);
                byte* high = (2 * plane) + 1 < _layout.Channels ? low + _planeLength : null;
                BytePlanes.Pairs<L, TI, TF>(_plan.Inputs[i], low, high, _planeLength, stream);
            }
        }
        if (_plan.Cells.Offset == 0 && _noise is null) return;
        int length = ResultStride;
        new Span<int>(parts.InputSums, length).Clear();
        for (int v = 0; v < vectors; v += 2)
        for (int t = 0; t < _cells.StepCount.Length; t++)
        for (int i = 0; i < inputs; i++)
        {
            Product(parts, parts.Streams + ((nint)i * _planes * _planeLength), v, vectors, t, parts.Ones
                + (_cells.StepStart[t] * Block), parts.Zeros);
            for (int h = 0; h < 2; h++)
            {
                int* to = parts.InputSums + ((v + h) * L.Count);
                TI sum = _cells.Kind == LevelKind.Real
                    ? L.RoundToInt(L.LoadF((float*)parts.Sums + (h * L.Count)))
                    : L.Load(parts.Sums + (h * L.Count));
                L.Store(to, L.Add(L.Load(to), L.MultiplyLow(sum, L.Broadcast(_plan.Inputs[i].Factor))));
            }
            if (_noise is null) continue;
            bool real = _cells.Kind == LevelKind.Real;
            // The square of one bit is the bit.
            if (real)
                Product(parts, (int*)parts.Squares + ((nint)i * _planes * _planeLength), v, vectors, t, parts.Ones
                    + (_cells.StepStart[t] * Block), parts.Zeros);
            for (int h = 0; h < 2; h++)
            {
                int* squares = parts.Sums + (h * L.Count);
                L.StoreF(parts.Amplitudes + ((((nint)t * inputs) + i) * length) + ((v + h) * L.Count),
                    L.SqrtF(real ? L.LoadF((float*)squares) : L.ToSingle(L.Load(squares))));
            }
        }
    }
}

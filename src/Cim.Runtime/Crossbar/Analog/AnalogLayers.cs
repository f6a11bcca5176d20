using System.Runtime.Intrinsics;
using Cim.Runtime.Crossbar.Adc;
using Cim.Runtime.Crossbar.Kernels;

namespace Cim.Runtime.Crossbar.Analog;

/// <summary>Creates an <see cref="AnalogLayer{L, TI, TF}"/> for a vector width.</summary>
internal static class AnalogLayers
{
    public static PreparedLayer Create(AnalogPlan plan, float[]? effective, ColumnErrors? errors, SimdLevel level,
        IReadOnlyList<AdcHistogram>? observers = null) => level switch
    {
        SimdLevel.Vector512 => new AnalogLayer<Lanes512, Vector512<int>, Vector512<float>>(plan, effective, errors, observers),
        SimdLevel.Vector256 => new AnalogLayer<Lanes256, Vector256<int>, Vector256<float>>(plan, effective, errors, observers),
        SimdLevel.Vector128 => new AnalogLayer<Lanes128, Vector128<int>, Vector128<float>>(plan, effective, errors, observers),
        _ => new AnalogLayer<Lanes1, int, float>(plan, effective, errors, observers),
    };
}

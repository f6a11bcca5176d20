using System.Runtime.Intrinsics;
using Cim.Runtime.Crossbar.Adc;
using Cim.Runtime.Crossbar.Planning;
using Cim.Runtime.Simd;

namespace Cim.Runtime.Crossbar.Analog;

/// <summary>Creates an <see cref="AnalogLayer{L, TI, TF}"/> for a vector width.</summary>
internal static class AnalogLayers
{
    /// <summary>The fastest layer that gives these results.</summary>
    /// <param name="plan">How the product is split.</param>
    /// <param name="effective">Effective levels [slice, output, row], null for the integer levels themselves.</param>
    /// <param name="errors">Errors of the read-out, null for none; only with effective levels.</param>
    /// <param name="level">The vector width.</param>
    public static PreparedLayer Fastest(AnalogPlan plan, float[]? effective, ColumnErrors? errors, SimdLevel level)
    {
        if (level < SimdLevel.Vector256) return Create(plan, effective, errors, level);
        FixedLevels? levels = effective is not null ? FixedLevels.OfEffective(plan, effective)
            : FixedLevels.Suits(plan) ? FixedLevels.OfCells(plan) : null;
        return levels is null ? Create(plan, effective, errors, level) : new LookupLayer(plan, levels, errors);
    }

    /// <summary>The general layer.</summary>
    public static PreparedLayer Create(AnalogPlan plan, float[]? effective, ColumnErrors? errors, SimdLevel level,
        IReadOnlyList<AdcHistogram>? observers = null) => level switch
    {
        SimdLevel.Vector512 => new AnalogLayer<Lanes512, Vector512<int>, Vector512<float>>(plan, effective, errors, observers),
        SimdLevel.Vector256 => new AnalogLayer<Lanes256, Vector256<int>, Vector256<float>>(plan, effective, errors, observers),
        SimdLevel.Vector128 => new AnalogLayer<Lanes128, Vector128<int>, Vector128<float>>(plan, effective, errors, observers),
        _ => new AnalogLayer<Lanes1, int, float>(plan, effective, errors, observers),
    };
}

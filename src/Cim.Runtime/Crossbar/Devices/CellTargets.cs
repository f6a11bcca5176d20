using Cim.Runtime.Crossbar.Planning;
using Cim.Runtime.Hardware;

namespace Cim.Runtime.Crossbar.Devices;

/// <summary>
/// The conductance every cell is asked for. Level k of a slice with top level L: g = gOff + (gOn - gOff) k / L; the two-sided
/// pair holds (L +- level) / 2. A level above L (one weight, -2^(bits-1), has it) is clipped to gOn.
/// </summary>
internal sealed class CellTargets(AnalogPlan plan, HardwareProfile profile)
{
    private readonly int _perOutput = plan.Layer.Mapping.ColumnsPerOutput;
    private readonly int _perSlice = plan.Layer.Mapping.CellsPerSlice;
    private readonly int _rows = plan.Layer.RowsPerGroup;

    /// <summary>The conductance of one level of a slice.</summary>
    public double Unit(int slice) => (profile.GOn - profile.GOff) / plan.Cells.Slices[slice].TopLevel;

    /// <summary>What a siemens of a physical column counts in units of integer weights.</summary>
    public double WeightPerSiemens(long column)
    {
        int slice = Math.Min((int)(column % _perOutput) / _perSlice, plan.Cells.Slices.Length - 1);
        return plan.Cells.Slices[slice].Factor * plan.Cells.WeightStep / Unit(slice);
    }

    /// <summary>The target of a physical column (over all groups) at a position in the order of rows.</summary>
    public double Of(long column, int position)
    {
        int row = plan.Layer.Mapping.RowAt(position);
        long output = column / _perOutput;
        int within = (int)(column % _perOutput), slice = within / _perSlice;
        if (slice >= plan.Cells.Slices.Length) return profile.GOff;
        int level = plan.Cells.Level(plan.Layer.Weights.Span<sbyte>()[(int)((output * _rows) + row)], slice);
        int top = plan.Cells.Slices[slice].TopLevel;
        bool negative = _perSlice == 2 && within % 2 == 1;
        double share = plan.Cells.Encoding switch
        {
            WeightEncoding.Differential => Math.Max(negative ? -level : level, 0) / (double)top,
            WeightEncoding.DifferentialTwoSided => (top + (negative ? -level : level)) / (2.0 * top),
            _ => level / (double)top,
        };
        return profile.GOff + ((profile.GOn - profile.GOff) * Math.Clamp(share, 0, 1));
    }
}

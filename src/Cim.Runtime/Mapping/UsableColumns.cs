using Cim.Runtime.Hardware;

namespace Cim.Runtime.Mapping;

/// <summary>
/// The columns of an array that weights are placed on: not the spares, which stay free until a chip's stuck cells are known, and
/// no half of a differential pair. Every mapper and every simulation of an array takes them from here.
/// </summary>
internal static class UsableColumns
{
    /// <summary>Columns of an array, a multiple of <paramref name="cellsPerSlice"/>.</summary>
    /// <param name="profile">The hardware.</param>
    /// <param name="cellsPerSlice">Cells side by side that may not be parted.</param>
    /// <exception cref="CimException">CIM2005: the spare columns leave none.</exception>
    public static int Of(HardwareProfile profile, int cellsPerSlice)
    {
        int usable = (profile.Columns - profile.SpareColumns) / cellsPerSlice * cellsPerSlice;
        return usable > 0 ? usable : throw new CimException(ErrorCodes.ImpossibleProfileValue,
            $"'spareColumns' is {profile.SpareColumns}, which leaves no {(cellsPerSlice == 2 ? "pair of columns" : "column")} of "
                + $"{profile.Columns} for weights.");
    }

    /// <summary>The same for the cells an encoding takes.</summary>
    public static int Of(HardwareProfile profile, WeightEncoding encoding) => Of(profile, CellsPerSlice(encoding));

    /// <summary>Cells of one slice: two for a differential pair.</summary>
    public static int CellsPerSlice(WeightEncoding encoding) =>
        encoding is WeightEncoding.Differential or WeightEncoding.DifferentialTwoSided ? 2 : 1;
}

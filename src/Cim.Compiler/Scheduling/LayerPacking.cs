using Cim.Runtime;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;

namespace Cim.Compiler.Scheduling;

/// <summary>How often a layer that takes one array fits into it.</summary>
internal static class LayerPacking
{
    /// <summary>Copies that lie in one array, as groups do, without making a product slower; 1 for layers of several arrays.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="once">Its cost.</param>
    /// <param name="cost">Its cost with other groups, and copies.</param>
    /// <param name="profile">The hardware.</param>
    public static long PerArray(LayerShape layer, LayerCost once, Func<LayerShape, int, LayerCost> cost, HardwareProfile profile)
    {
        if (layer.IsDynamic || layer.Groups > 1 || once.Arrays != 1) return 1;
        for (int groups = Math.Min(profile.Rows / layer.RowsPerGroup, profile.Columns / layer.ColumnsPerGroup); groups > 1; groups--)
        {
            LayerCost packed = cost(layer with { Groups = groups }, 1);
            if (packed.Arrays == 1 && packed.Timing.ProductNs <= once.Timing.ProductNs) return groups;
        }

        return 1;
    }
}

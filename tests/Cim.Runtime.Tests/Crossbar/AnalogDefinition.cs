using Cim.Runtime.Crossbar;
using Cim.Runtime.Crossbar.Adc;
using Cim.Runtime.Crossbar.Planning;

namespace Cim.Runtime.Tests.Crossbar;

/// <summary>Streaming, conversion and shift-and-add one sum at a time, from the weights' levels.</summary>
internal static class AnalogDefinition
{
    public static byte[] Run(AnalogPlan plan, byte[] input, byte[] residual, int images)
    {
        CrossbarLayer layer = plan.Layer;
        long[] none = new long[images * layer.Outputs * layer.PositionsPerImage];
        float[] sums = new float[none.Length];
        ReadOnlySpan<sbyte> w = layer.Weights.Span<sbyte>();
        for (int i = 0; i < sums.Length; i++)
        {
            int n = i / layer.PositionsPerImage / layer.Outputs,
                o = i / layer.PositionsPerImage % layer.Outputs,
                p = i % layer.PositionsPerImage;
            int group = o / layer.ColumnsPerGroup;
            int integer = 0;
            float real = 0;
            long inputs = 0;
            foreach (var tile in layer.Mapping.RowTiles)
            for (int s = 0; s < plan.Cells.Slices.Length; s++)
            {
              AdcConverter adc = plan.Converters[s];
              int codes = 0;
              float ideal = 0;
              for (int k = 0; k < plan.Inputs.Length; k++)
              {
                InputSlice slice = plan.Inputs[k];
                long sum = 0;
                for (int r = tile.FirstRow; r < tile.FirstRow + tile.Rows; r++)
                {
                    int q = LayerCases.X(layer, input, n, group, p, r) + layer.Input.ZeroPoint;
                    sum += (long)slice.Of(q) * plan.Cells.Level(w[(o * layer.RowsPerGroup) + r], s);
                    if (s == 0) inputs += (long)slice.Of(q) * slice.Factor;
                }
                if (plan.IsInteger) codes += (int)(adc.Read(sum) / Math.Max(1, adc.Step)) * slice.Factor;
                else if (adc.IsIdeal) ideal = MathF.FusedMultiplyAdd(sum, slice.Factor, ideal);
                else if (!adc.HasWholeCodes) ideal = MathF.FusedMultiplyAdd(adc.Code(sum), slice.Factor, ideal);
                else codes += (int)adc.Code(sum) * slice.Factor;
              }
              int factor = plan.Cells.Slices[s].Factor;
              if (plan.IsInteger) integer += codes * factor * (int)Math.Max(1, adc.Step);
              else if (adc.IsIdeal) real = MathF.FusedMultiplyAdd(ideal, factor, real);
              else real = MathF.FusedMultiplyAdd(adc.HasWholeCodes ? codes : ideal, factor * adc.Step, real);
            }
            if (plan.IsInteger)
            {
                sums[i] = (int)((integer * plan.Cells.WeightStep) + plan.Constants[o] - (plan.Cells.Offset * inputs));
            }
            else
            {
                real = MathF.FusedMultiplyAdd(real, plan.Cells.WeightStep, (float)(plan.Constants[o] + plan.CodeZero));
                sums[i] = MathF.FusedMultiplyAdd(inputs, -plan.Cells.Offset, real);
            }
        }
        return LayerCases.Finish(layer, sums, residual, images);
    }
}

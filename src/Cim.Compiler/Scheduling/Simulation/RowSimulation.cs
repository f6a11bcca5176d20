using System.Collections.Immutable;
using Cim.Compiler.Scheduling.Rows;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Scheduling.Simulation;

/// <summary>
/// Computes when every row is made if nothing but data and arrays holds a stage up: buffers are unlimited, and each layer has cores of
/// its own. Stages are visited once, inputs first: a row starts when its inputs are there and the arrays are free.
/// </summary>
internal static class RowSimulation
{
    /// <summary>The times of all rows.</summary>
    /// <param name="graph">The stages.</param>
    /// <param name="work">What each stage has to do.</param>
    /// <param name="pipeline">What may run at once.</param>
    /// <param name="images">Images one after the other.</param>
    public static RowTimes Run(StageGraph graph, IReadOnlyList<StageWork> work, PipelineKind pipeline, int images)
    {
        int stages = graph.Stages.Length;
        double[][] start = new double[stages][], end = new double[stages][];
        for (int s = 0; s < stages; s++)
        {
            start[s] = new double[graph.Stages[s].Rows * images];
            end[s] = new double[start[s].Length];
        }

        var times = new Times(graph, work, start, end, pipeline);
        if (pipeline == PipelineKind.Serial)
        {
            for (int image = 0; image < images; image++)
                for (int s = 0; s < stages; s++) times.Advance(s, image);
        }
        else
        {
            // Weights that several stages share are used by one image after the other, so images come before stages there.
            bool shared = work.Where(w => w.Resource >= 0).GroupBy(w => w.Resource).Any(g => g.Count() > 1);
            if (shared)
            {
                for (int image = 0; image < images; image++)
                    for (int s = 0; s < stages; s++) times.Advance(s, image);
            }
            else
            {
                for (int s = 0; s < stages; s++)
                    for (int image = 0; image < images; image++) times.Advance(s, image);
            }
        }

        return new RowTimes(start, end, images);
    }

    private sealed class Times(StageGraph graph, IReadOnlyList<StageWork> work, double[][] start, double[][] end, PipelineKind pipeline)
    {
        private readonly Dictionary<int, LayerClock> _clocks = [];
        private readonly LayerClock?[] _digital = new LayerClock?[graph.Stages.Length];
        private double _serialNs;

        /// <summary>Makes the rows of one image.</summary>
        public void Advance(int s, int image)
        {
            Stage stage = graph.Stages[s];
            StageWork own = work[s];
            int from = image * stage.Rows;
            double before = pipeline == PipelineKind.Serial ? _serialNs : 0;
            double all = pipeline == PipelineKind.CrossLayer ? 0 : Complete(s, image);
            LayerClock clock = ClockOf(s, own);
            if (own.Timing.SetupNs > 0)
                clock.Program(Math.Max(before, SetupReady(s, image)), own.Timing.SetupNs);
            double rowNs = own.DigitalNs / stage.Rows;
            for (int r = 0; r < stage.Rows; r++)
            {
                double ready = Math.Max(before, pipeline == PipelineKind.CrossLayer ? Ready(s, image, r) : all);
                if (own.LoadNs > 0) ready = Math.Max(ready, (image + stage.InputShare[r]) * own.LoadNs);
                (double first, double last) = own.Products > 0
                    ? clock.Compute(ready, stage.ProductsBefore(r + 1, own.Products) - stage.ProductsBefore(r, own.Products))
                    : clock.Compute(ready, rowNs > 0 ? 1 : 0);
                start[s][from + r] = first;
                // Rows exist in order, even where a later one is made of inputs that are there earlier.
                end[s][from + r] = Math.Max(last + own.Timing.DrainNs, r == 0 ? 0 : end[s][from + r - 1]);
            }

            _serialNs = Math.Max(_serialNs, end[s][from + stage.Rows - 1]);
        }

        private LayerClock ClockOf(int s, StageWork own)
        {
            if (own.Resource < 0)
                return _digital[s] ??= new LayerClock(1, own.DigitalNs / graph.Stages[s].Rows, ProductSharing.Whole);
            if (_clocks.TryGetValue(own.Resource, out LayerClock? clock)) return clock;
            return _clocks[own.Resource] = new LayerClock(own.Copies, own.Timing.ProductNs, own.Sharing);
        }

        private double Ready(int s, int image, int row)
        {
            double ready = 0;
            ImmutableArray<StageInput> inputs = graph.Stages[s].Inputs;
            for (int i = 0; i < inputs.Length; i++)
            {
                int at = (image * graph.Stages[inputs[i].Producer].Rows) + inputs[i].Needs.Last(row);
                ready = Math.Max(ready, end[inputs[i].Producer][at] + work[s].TransferNs(i));
            }

            return ready;
        }

        private double Complete(int s, int image)
        {
            double ready = 0;
            ImmutableArray<StageInput> inputs = graph.Stages[s].Inputs;
            for (int i = 0; i < inputs.Length; i++)
            {
                int last = ((image + 1) * graph.Stages[inputs[i].Producer].Rows) - 1;
                ready = Math.Max(ready, end[inputs[i].Producer][last] + work[s].TransferNs(i));
            }

            return ready;
        }

        /// <summary>A matrix that the network computes is written when all of its operands are there.</summary>
        private double SetupReady(int s, int image) => Math.Max(
            (image + 1) * work[s].LoadNs, graph.Stages[s].Inputs.IsEmpty ? 0 : Complete(s, image));
    }
}

using System.Collections.Immutable;
using System.Numerics;
using Cim.Compiler.Calibration;
using Cim.Compiler.Ort;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Scheduling;
using Cim.Compiler.Scheduling.Copies;
using Cim.Compiler.Tests.Scheduling;
using Cim.Compiler.Tests.Support;
using Cim.Runtime.Execution;
using Cim.Runtime.Hardware.Profiles;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Calibration;

public sealed class InputActivityTests
{
    [Theory, InlineData(1), InlineData(2)]
    public void The_share_is_that_of_the_ones_in_the_integers_that_layers_read(int seed)
    {
        var isaac = HardwareProfiles.BuiltIn("isaac");
        (ModelProgram program, GraphInput input) = LayerInputTraceTests.Lowered(RandomNetworks.Residual(seed));
        var data = new CalibrationData(RandomNetworks.Samples(6, input.SampleElements, 5), 6, false);
        ImmutableArray<double> found = InputActivity.Of(program, isaac, input, data, default);
        Dictionary<string, Tensor> all = ProgramTrace.Run(
            program, isaac, input.Split(0, 6, data.Values).Tensors(), Cim.Runtime.Fidelity.Exact, 0);
        for (int l = 0; l < program.Layers.Length; l++)
        {
            byte[] read = all[program.Values[program.StepsOf(l).Single().Inputs[0]].Name].Data.ToArray();
            int bits = program.Layers[l].Input.Bits;
            Assert.Equal(read.Average(b => (double)BitOperations.PopCount(b & ((1u << bits) - 1)) / bits), found[l], 12);
            Assert.InRange(found[l], 0, 1);
        }
    }

    [Fact]
    public void Bits_that_are_zero_cost_no_energy_of_arrays_and_their_drivers_and_all_ones_cost_what_is_counted_without_data()
    {
        ScheduledNetwork network = ScheduledNetworks.Of("squeezenet", "isaac");
        Schedule schedule = PartitionedScheduler.Run(network, new ScheduleOptions { Copies = CopyRule.None });
        double Energy(double share) => NetworkSchedule.CalibratedEnergyPj(
            schedule, network.Costs, network.Costs.ToDictionary(c => c.Name, _ => share));
        Assert.Equal(schedule.Energy.TotalPj, Energy(1), 3);
        double none = schedule.Energy.TotalPj - network.Costs.Sum(c => c.Energy.ArrayPj + c.Energy.DacPj);
        Assert.Equal(none, Energy(0), 3);
        Assert.Equal((Energy(0) + Energy(1)) / 2, Energy(0.5), 3);
    }
}

// @aws-sdk/client-eventbridge and client-scheduler as a user writes them; run by events_node_test.py,
// which starts the daemon and passes the endpoint and keys in the environment.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
    CreateEventBusCommand, DeleteEventBusCommand, DeleteRuleCommand, DescribeEventBusCommand, DescribeRuleCommand,
    DisableRuleCommand, EnableRuleCommand, EventBridgeClient, ListEventBusesCommand, ListRuleNamesByTargetCommand,
    ListRulesCommand, ListTagsForResourceCommand, ListTargetsByRuleCommand, PutEventsCommand, PutRuleCommand,
    PutTargetsCommand, RemoveTargetsCommand, TagResourceCommand, TestEventPatternCommand, UntagResourceCommand,
} from '@aws-sdk/client-eventbridge';
import {
    CreateScheduleCommand, CreateScheduleGroupCommand, DeleteScheduleCommand, DeleteScheduleGroupCommand,
    GetScheduleCommand, GetScheduleGroupCommand, ListScheduleGroupsCommand, ListSchedulesCommand,
    ListTagsForResourceCommand as ListGroupTagsCommand, SchedulerClient, TagResourceCommand as TagGroupCommand,
    UntagResourceCommand as UntagGroupCommand, UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';

const events = new EventBridgeClient({ maxAttempts: 1 });
const scheduler = new SchedulerClient({ maxAttempts: 1 });
const Arn = process.env.FUNCTION_ARN;
const RoleArn = 'arn:aws:iam::000000000000:role/scheduler';
const EventPattern = JSON.stringify({ source: ['node.sdk'] });
// Still to come when it has been cut to seconds and the request is read.
const soon = () => `at(${new Date(Date.now() + 4000).toISOString().slice(0, 19)})`;

test('a rule with a pattern gets events', async () => {
    const made = await events.send(new PutRuleCommand({ Name: 'node', EventPattern }));
    assert.match(made.RuleArn, /:rule\/node$/);
    const put = await events.send(new PutTargetsCommand({ Rule: 'node', Targets: [{ Id: 'f', Arn }] }));
    assert.equal(put.FailedEntryCount, 0);
    const sent = await events.send(new PutEventsCommand({
        Entries: [
            { Source: 'node.sdk', DetailType: 'Made', Detail: JSON.stringify({ kind: 'put' }), Time: new Date() },
            { Source: 'node.sdk', DetailType: 'Made', Detail: 'no JSON' },
        ],
    }));
    assert.equal(sent.FailedEntryCount, 1);
    assert.match(sent.Entries[0].EventId, /^[0-9a-f-]{36}$/);
    assert.equal(sent.Entries[1].ErrorCode, 'MalformedDetail');
    const listed = await events.send(new ListTargetsByRuleCommand({ Rule: 'node' }));
    assert.deepEqual(listed.Targets, [{ Id: 'f', Arn }]);
});

test('patterns are tried and refused', async () => {
    const Event = JSON.stringify({
        id: '1', 'detail-type': 'x', source: 'node.sdk', account: '0', time: '2026-01-01T00:00:00Z',
        region: 'us-east-1', resources: [], detail: {},
    });
    const answer = await events.send(new TestEventPatternCommand({ EventPattern, Event }));
    assert.equal(answer.Result, true);
    await assert.rejects(events.send(new PutRuleCommand({ Name: 'bad', EventPattern: '{"source": 1}' })), {
        name: 'InvalidEventPatternException',
    });
    await assert.rejects(events.send(new DescribeRuleCommand({ Name: 'none' })), { name: 'ResourceNotFoundException' });
});

test('a bus comes and goes', async () => {
    const made = await events.send(new CreateEventBusCommand({ Name: 'node-bus' }));
    assert.match(made.EventBusArn, /:event-bus\/node-bus$/);
    await assert.rejects(events.send(new CreateEventBusCommand({ Name: 'node-bus' })), {
        name: 'ResourceAlreadyExistsException',
    });
    await events.send(new DeleteEventBusCommand({ Name: 'node-bus' }));
});

test('a schedule is deleted after it has completed', async () => {
    const create = (Name, Target) => scheduler.send(new CreateScheduleCommand({
        Name, ScheduleExpression: soon(), FlexibleTimeWindow: { Mode: 'OFF' }, ActionAfterCompletion: 'DELETE',
        Target: { RoleArn, ...Target },
    }));
    await create('input', { Arn, Input: JSON.stringify({ kind: 'scheduled input' }) });
    await create('event', {
        Arn: 'arn:aws:events:us-east-1:000000000000:event-bus/default',
        EventBridgeParameters: { Source: 'node.sdk', DetailType: 'Night' },
        Input: JSON.stringify({ kind: 'scheduled event' }),
    });
    const names = async () => (await scheduler.send(new ListSchedulesCommand({}))).Schedules.map((one) => one.Name);
    const end = Date.now() + 90000;
    while ((await names()).length > 0) {
        assert.ok(Date.now() < end, 'the schedules did not go');
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
});

test('a schedule is kept as given, in its group', async () => {
    await scheduler.send(new CreateScheduleGroupCommand({ Name: 'node', Tags: [{ Key: 'a', Value: 'b' }] }));
    const asked = {
        Name: 'kept', GroupName: 'node', ScheduleExpression: 'cron(0 8 * * ? *)',
        ScheduleExpressionTimezone: 'Europe/Berlin', FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 5 },
        StartDate: new Date('2030-01-01T00:00:00Z'), ActionAfterCompletion: 'NONE', State: 'DISABLED',
        Target: { Arn, RoleArn, RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 1 } },
    };
    await scheduler.send(new CreateScheduleCommand(asked));
    const { $metadata, Arn: arn, CreationDate, LastModificationDate, ...got } =
        await scheduler.send(new GetScheduleCommand({ Name: 'kept', GroupName: 'node' }));
    assert.deepEqual(got, asked);
    const { Schedules } = await scheduler.send(new ListSchedulesCommand({ GroupName: 'node' }));
    assert.deepEqual(Schedules.map((one) => one.Name), ['kept']);
    assert.match(arn, /:schedule\/node\/kept$/);
    assert.ok(Math.abs(Date.now() - CreationDate) < 60000);
    await scheduler.send(new UpdateScheduleCommand({ ...asked, ScheduleExpression: 'rate(1 day)' }));
    await assert.rejects(scheduler.send(new CreateScheduleCommand(asked)), { name: 'ConflictException' });
    await scheduler.send(new DeleteScheduleGroupCommand({ Name: 'node' }));
    await assert.rejects(scheduler.send(new GetScheduleCommand({ Name: 'kept', GroupName: 'node' })), {
        name: 'ResourceNotFoundException',
    });
});

test('rules are listed, stopped, tagged and removed', async () => {
    const Name = 'node-admin';
    const { RuleArn } = await events.send(new PutRuleCommand({ Name, EventPattern, Tags: [{ Key: 'a', Value: 'b' }] }));
    await events.send(new PutTargetsCommand({ Rule: Name, Targets: [{ Id: 'f', Arn }] }));
    const state = async () => (await events.send(new ListRulesCommand({ NamePrefix: Name }))).Rules[0].State;
    await events.send(new DisableRuleCommand({ Name }));
    assert.equal(await state(), 'DISABLED');
    await events.send(new EnableRuleCommand({ Name }));
    assert.equal(await state(), 'ENABLED');
    const named = await events.send(new ListRuleNamesByTargetCommand({ TargetArn: Arn }));
    assert.ok(named.RuleNames.includes(Name));
    await events.send(new TagResourceCommand({ ResourceARN: RuleArn, Tags: [{ Key: 'c', Value: 'd' }] }));
    await events.send(new UntagResourceCommand({ ResourceARN: RuleArn, TagKeys: ['a'] }));
    const tags = await events.send(new ListTagsForResourceCommand({ ResourceARN: RuleArn }));
    assert.deepEqual(tags.Tags, [{ Key: 'c', Value: 'd' }]);
    const isUsed = { name: 'ValidationException', message: /targets/ };
    await assert.rejects(events.send(new DeleteRuleCommand({ Name })), isUsed);
    await events.send(new RemoveTargetsCommand({ Rule: Name, Ids: ['f'] }));
    await events.send(new DeleteRuleCommand({ Name }));
    await assert.rejects(events.send(new DescribeRuleCommand({ Name })), { name: 'ResourceNotFoundException' });
});

test('buses are described and listed', async () => {
    const bus = await events.send(new DescribeEventBusCommand({}));
    assert.equal(bus.Name, 'default');
    const listed = await events.send(new ListEventBusesCommand({ NamePrefix: 'def' }));
    assert.deepEqual(listed.EventBuses.map((one) => one.Arn), [bus.Arn]);
});

test('groups of schedules are found, listed and tagged', async () => {
    const Name = 'node-group';
    const { ScheduleGroupArn } = await scheduler.send(new CreateScheduleGroupCommand({ Name }));
    assert.equal((await scheduler.send(new GetScheduleGroupCommand({ Name }))).State, 'ACTIVE');
    const listed = await scheduler.send(new ListScheduleGroupsCommand({ NamePrefix: Name }));
    assert.deepEqual(listed.ScheduleGroups.map((one) => one.Arn), [ScheduleGroupArn]);
    const ResourceArn = ScheduleGroupArn;
    await scheduler.send(new TagGroupCommand({ ResourceArn, Tags: [{ Key: 'a', Value: 'b' }, { Key: 'c', Value: 'd' }] }));
    await scheduler.send(new UntagGroupCommand({ ResourceArn, TagKeys: ['a'] }));
    assert.deepEqual((await scheduler.send(new ListGroupTagsCommand({ ResourceArn }))).Tags, [{ Key: 'c', Value: 'd' }]);
    const schedule = { Name: 'gone', GroupName: Name };
    await scheduler.send(new CreateScheduleCommand({
        ...schedule, State: 'DISABLED', ScheduleExpression: 'rate(1 day)', FlexibleTimeWindow: { Mode: 'OFF' },
        Target: { Arn, RoleArn },
    }));
    await scheduler.send(new DeleteScheduleCommand(schedule));
    await assert.rejects(scheduler.send(new GetScheduleCommand(schedule)), { name: 'ResourceNotFoundException' });
    await scheduler.send(new DeleteScheduleGroupCommand({ Name }));
});

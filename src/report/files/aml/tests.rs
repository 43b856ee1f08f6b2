//! The tables are those of the service's reference, agree with the run, and answer the service's sample queries.

use super::{aml_clusters, aml_jobs, aml_nodes};
use crate::engine::output::{EventKind, State};
use crate::report::files::runs::{all, eventful};
use crate::report::fixture::{Fixture, day, small};
use crate::units::NEVER;
use serde_json::Value;
use std::collections::BTreeMap;

type Row = serde_json::Map<String, Value>;

/// Columns and types of the tables, as in the reference of Azure Monitor (`s` string, `i` int, `t` datetime), and
/// `Category`, which the service's page about its logs has.
const CLUSTER: &str = "AllocationState s AllocationStateTransitionTime t Category s ClusterErrorCodes s \
    ClusterName s ClusterType s CoreCount i CreatedBy s CreationApiVersion s CurrentNodeCount i EventType s \
    IdleNodeCount i InitialNodeCount i InternalOperationName s IsResizeGrow s LeavingNodeCount i \
    MaximumNodeCount i MinimumNodeCount i NodeDeallocationOption s NodeIdleTimeSecondsBeforeScaleDown i Offer s \
    OperationName s PreemptedNodeCount s PreparingNodeCount i ProvisioningState s Publisher s QuotaAllocated s \
    QuotaUtilized s ResultSignature s RunningNodeCount i ScalingType s Sku s SourceSystem s SubnetId s \
    TargetNodeCount i TenantId s TimeGenerated t Type s UnusableNodeCount i Version s VmFamilyName s \
    VmPriority s VmSize s";
const NODE: &str = "Category s ClusterCreationTime s ClusterName s InternalOperationName s NodeAllocationTime t \
    NodeBootTime t NodeId s Offer s OperationName s Publisher s ResizeEndTime t ResizeStartTime t \
    ResultSignature s Sku s SourceSystem s StartTaskEndTime t StartTaskStartTime t TenantId s TimeGenerated t \
    TotalE2ETimeInSeconds s Type s Version s VmFamilyName s VmPriority s VmSize s";
const JOB: &str = "Category s ClusterId s ClusterName s ClusterResourceGroupName s CreationApiVersion s \
    CustomerSubscriptionId s ErrorDetails s EventType s ExecutionState s ExperimentId s ExperimentName s \
    InternalOperationName s JobErrorMessage s JobId s JobName s NodeId s OperationName s ProvisioningState s \
    ResourceGroupName s ResultSignature s RunInContainer s SourceSystem s TenantId s TFParameterServerCount s \
    TFWorkerCount s TimeGenerated t ToolType s Type s WorkspaceName s";

/// The three files of a run, each row checked against its table.
struct Tables {
    clusters: Vec<Row>,
    nodes: Vec<Row>,
    jobs: Vec<Row>,
}

fn tables(f: &Fixture) -> Tables {
    let mut out = [Vec::new(), Vec::new(), Vec::new()];
    aml_clusters(&mut out[0], &f.context, &f.recording).unwrap();
    aml_nodes(&mut out[1], &f.context, &f.result, &f.recording).unwrap();
    aml_jobs(&mut out[2], &f.context, &f.result, &f.recording).unwrap();
    let [clusters, nodes, jobs] = out;
    Tables {
        clusters: rows(&clusters, CLUSTER, "AmlComputeClusterEvent"),
        nodes: rows(&nodes, NODE, "AmlComputeClusterNodeEvent"),
        jobs: rows(&jobs, JOB, "AmlComputeJobEvent"),
    }
}

fn rows(file: &[u8], columns: &str, table: &str) -> Vec<Row> {
    let words: Vec<&str> = columns.split_whitespace().collect();
    let types: BTreeMap<&str, &str> = words.chunks(2).map(|c| (c[0], c[1])).collect();
    let mut last = None;
    let row = |line: &str| {
        let row: Row = serde_json::from_str(line).unwrap();
        for (column, value) in &row {
            let fits = match types.get(column.as_str()) {
                Some(&"i") => value.is_u64(),
                Some(&"t") => value.as_str().is_some_and(|t| {
                    t.parse::<jiff::Timestamp>().is_ok() && t.len() == "2026-03-02T00:00:00.000Z".len()
                }),
                Some(_) => value.is_string(),
                None => panic!("{table} has no column {column}"),
            };
            assert!(fits, "{column} of {line}");
        }
        assert_eq!((&row["Type"], &row["Category"]), (&table.into(), &table.into()));
        let now = Some(time(&row, "TimeGenerated"));
        assert!(last <= now, "in the order of time: {line}");
        last = now;
        row
    };
    std::str::from_utf8(file).unwrap().lines().map(row).collect()
}

fn time(row: &Row, column: &str) -> jiff::Timestamp {
    row[column].as_str().unwrap().parse().unwrap()
}

fn count(row: &Row, column: &str) -> u32 {
    row[column].as_u64().unwrap().try_into().unwrap()
}

/// Ticks of a second since the start.
fn tick(f: &Fixture, row: &Row, column: &str) -> u32 {
    let start = f.context.start.as_ref().map_or(0, |s| s.timestamp().as_second());
    (time(row, column).as_second() - start).try_into().unwrap()
}

#[test]
fn cluster_events_are_the_rows_of_the_timeline() {
    for f in all() {
        let rows = tables(&f).clusters;
        assert_eq!(rows.len(), f.recording.timeline.len());
        for (row, of) in rows.iter().zip(&f.recording.timeline) {
            assert_eq!(row["ClusterName"], f.context.clusters[of.cluster as usize].name);
            assert_eq!(tick(&f, row, "TimeGenerated"), of.t);
            let states = [
                (State::Preparing, "PreparingNodeCount"),
                (State::Unusable, "UnusableNodeCount"),
                (State::Idle, "IdleNodeCount"),
                (State::Running, "RunningNodeCount"),
                (State::Leaving, "LeavingNodeCount"),
            ];
            for (state, column) in states {
                assert_eq!(count(row, column), of.nodes[state as usize], "{column}");
            }
            let sum: u32 = states.iter().map(|(_, column)| count(row, column)).sum();
            assert_eq!(count(row, "CurrentNodeCount"), sum, "they are all the nodes that there are");
            assert_eq!(count(row, "TargetNodeCount"), of.target);
            assert!(of.limit <= count(row, "MaximumNodeCount"), "{row:?}");
        }
        for (c, cluster) in f.context.clusters.iter().enumerate() {
            let last = rows.iter().rfind(|r| r["ClusterName"] == cluster.name).unwrap();
            let resizing = f.result.clusters[c].allocation.resizing;
            assert_eq!(last["AllocationState"] == "Resizing", resizing, "{}", cluster.name);
        }
    }
}

#[test]
fn the_transition_time_is_that_of_the_last_change() {
    for f in all() {
        let mut last: BTreeMap<String, (Value, Value)> = BTreeMap::new();
        for row in tables(&f).clusters {
            let (state, since) =
                (row["AllocationState"].clone(), row["AllocationStateTransitionTime"].clone());
            let expected = match last.get(&row["ClusterName"].to_string()) {
                Some((before, since)) if *before == state => since.clone(),
                _ => row["TimeGenerated"].clone(),
            };
            assert_eq!(since, expected, "{row:?}");
            last.insert(row["ClusterName"].to_string(), (state, since));
        }
    }
}

#[test]
fn settings_follow_the_updates_that_were_not_refused() {
    let f = eventful();
    let rows = tables(&f).clusters;
    let of_a = |t: u32| {
        let row =
            rows.iter().rfind(|r| r["ClusterName"] == "a" && tick(&f, r, "TimeGenerated") <= t).unwrap();
        ["MinimumNodeCount", "MaximumNodeCount", "NodeIdleTimeSecondsBeforeScaleDown", "InitialNodeCount"]
            .map(|column| count(row, column))
    };
    assert_eq!(of_a(299), [0, 6, 50, 1]);
    assert_eq!(of_a(1050), [2, 5, 70, 1]);
    assert_eq!(of_a(2600), [2, 5, 70, 1], "the second update falls into a ReadOnly lock");
}

#[test]
fn every_node_event_has_a_request_and_the_times_of_its_node() {
    for f in all() {
        let rows = tables(&f).nodes;
        let mut records = BTreeMap::new();
        for node in f.recording.nodes.iter().filter(|n| n.allocated != NEVER) {
            let name = &f.context.clusters[node.cluster as usize].name;
            records.insert(format!("{name}-{}", node.ordinal), node);
        }
        assert_eq!(rows.len(), records.len(), "one for each node that existed");
        for row in &rows {
            let node = records.remove(row["NodeId"].as_str().unwrap()).expect("once");
            let requests = f.recording.events.iter().filter(|e| {
                let of = (e.kind, e.cluster, e.number, e.t);
                of == (EventKind::Request, node.cluster, node.slot, node.requested)
            });
            if !row.contains_key("NodeAllocationTime") {
                assert!(node.requested == 0 && node.ready == 0, "an initial node");
                continue;
            }
            assert!(requests.count() > 0, "{row:?}");
            assert_eq!(tick(&f, row, "NodeAllocationTime"), node.allocated);
            assert!(tick(&f, row, "ResizeStartTime") <= node.requested);
            if row.contains_key("ResizeEndTime") {
                assert!(tick(&f, row, "ResizeEndTime") >= node.requested, "{row:?}");
            }
            assert_eq!(row.contains_key("NodeBootTime"), node.ready != NEVER);
            assert_eq!(row.contains_key("TotalE2ETimeInSeconds"), node.gone != NEVER);
            if node.gone != NEVER {
                let total: u32 = row["TotalE2ETimeInSeconds"].as_str().unwrap().parse().unwrap();
                assert_eq!(total, node.gone - node.allocated);
            }
        }
    }
}

#[test]
fn job_events_tell_each_job_from_its_submission_to_its_end() {
    for f in all() {
        let rows = tables(&f).jobs;
        let mut told: BTreeMap<u32, Vec<&Row>> = BTreeMap::new();
        for row in &rows {
            told.entry(row["JobId"].as_str().unwrap().parse().unwrap()).or_default().push(row);
        }
        for (id, record) in (0u32..).zip(f.recording.jobs.iter()) {
            let Some(rows) = told.get(&id) else {
                assert_eq!(record.outcome.as_str(), "not_submitted");
                continue;
            };
            let states: Vec<&str> = rows.iter().map(|r| r["ExecutionState"].as_str().unwrap()).collect();
            let starts = states.iter().filter(|s| **s == "Running").count();
            assert_eq!(starts as u32, record.attempts, "job {id}: {states:?}");
            assert_eq!(states[0], "Queued", "job {id}: {states:?}");
            let last = match record.outcome.as_str() {
                "completed" => "Succeeded",
                "cancelled" => "Canceled",
                "queued" | "resubmitting" => "Queued",
                "running" => "Running",
                _ => "Failed",
            };
            assert_eq!(states.last(), Some(&last), "job {id}: {states:?}");
            let again = states.windows(2).any(|two| two[0] == two[1] && two[0] != "Queued");
            assert!(!again, "job {id} never runs or ends twice in a row: {states:?}");
        }
    }
}

#[test]
fn single_node_jobs_run_on_nodes_of_the_other_table() {
    let f = eventful();
    let tables = tables(&f);
    let ids: Vec<&Value> = tables.nodes.iter().map(|r| &r["NodeId"]).collect();
    let running: Vec<&Row> = tables.jobs.iter().filter(|r| r["ExecutionState"] == "Running").collect();
    let named =
        running.iter().filter_map(|r| r.get("NodeId")).inspect(|id| assert!(ids.contains(id), "{id}"));
    assert!(named.count() > 10);
}

/// The sample queries of the service's documentation, by hand.
#[test]
fn sample_queries_of_the_service_find_what_they_look_for() {
    let f = day();
    let tables = tables(&f);
    let failed = tables.jobs.iter().filter(|r| r.get("EventType").is_some_and(|e| e == "JobFailed")).count();
    assert_eq!(failed, 1, "the job that is too large");

    // The longest runs: submissions joined with successes.
    let times = |operation: &str| -> BTreeMap<&str, jiff::Timestamp> {
        let of = tables.jobs.iter().filter(|r| r.get("OperationName").is_some_and(|o| o == operation));
        of.map(|r| (r["JobId"].as_str().unwrap(), time(r, "TimeGenerated"))).collect()
    };
    let (submitted, succeeded) = (times("JobSubmitted"), times("JobSucceeded"));
    let longest = succeeded.iter().map(|(id, t)| (*t - submitted[id]).get_seconds()).max();
    let turnaround = f.result.clusters.iter().filter_map(|c| c.turnaround_max).max().unwrap();
    assert_eq!(longest, Some(turnaround.into()));

    let sizes = tables.clusters.iter().filter(|r| r["VmSize"] == "STANDARD_D4S_V3").count();
    assert_eq!(sizes, tables.clusters.len());
    let grows = |r: &&Row| count(r, "TargetNodeCount") > count(r, "CurrentNodeCount");
    let allocations = tables.clusters.iter().filter(grows).count();
    assert!(allocations > 0 && allocations < tables.clusters.len(), "{allocations}");
}

#[test]
fn times_are_in_utc_from_the_start_or_the_epoch() {
    let first = |f: &Fixture| tables(f).clusters[0]["TimeGenerated"].clone();
    assert_eq!(first(&day()), "2026-03-01T23:00:00.000Z", "midnight in Amsterdam");
    assert_eq!(first(&small(1, Vec::new())), "1970-01-01T00:00:00.000Z");
}

#[test]
fn columns_that_are_written_are_documented() {
    let docs = include_str!("../../../../docs/exports.md");
    let tables = tables(&eventful());
    for row in tables.clusters.iter().chain(&tables.nodes).chain(&tables.jobs) {
        for (column, value) in row {
            assert!(docs.contains(&format!("`{column}`")), "{column}");
            if ["EventType", "ExecutionState", "AllocationState"].contains(&column.as_str()) {
                assert!(docs.contains(&format!("`{}`", value.as_str().unwrap())), "{value} of {column}");
            }
        }
    }
}
